package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.Architecture;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.learning.v1.TrainProgress;
import ai.neo.proto.learning.v1.TrainRequest;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** Collects one training's header and rows as they stream in. The transport calls one at a time. */
final class TrainingCall implements StreamObserver<TrainRequest> {
  private final ServerCallStreamObserver<TrainProgress> caller;
  private final LearningSettings settings;
  private final Start start;
  private Optional<Order> order = Optional.empty();
  private boolean failed;

  /**
   * A complete training.
   *
   * @param data what the rows were made from, as the caller says
   */
  record Order(String model, TrainingPlan plan, TrainingRows rows, String data) {}

  /** Takes over once all rows are there. */
  interface Start {
    void train(Order order, ServerCallStreamObserver<TrainProgress> caller);
  }

  TrainingCall(
      ServerCallStreamObserver<TrainProgress> caller, LearningSettings settings, Start start) {
    this.caller = caller;
    this.settings = settings;
    this.start = start;
  }

  @Override
  public void onNext(TrainRequest part) {
    if (failed) {
      return; // what is still under way after the refusal
    }
    try {
      switch (part.getPartCase()) {
        case HEADER -> begin(part.getHeader());
        case ROWS -> {
          var rows = part.getRows();
          order
              .orElseThrow(() -> new IllegalArgumentException("the header must come first"))
              .rows()
              .add(
                  rows.getFeaturesList(),
                  rows.getLabelsList(),
                  rows.getForwardReturnList(),
                  rows.getTimeNsList(),
                  rows.getSeriesList());
        }
        case PART_NOT_SET -> throw new IllegalArgumentException("an empty part");
      }
    } catch (IllegalArgumentException e) {
      refuse(e.getMessage());
    }
  }

  @Override
  public void onError(Throwable cause) {
    order = Optional.empty(); // the caller has gone; the rows go with it
  }

  @Override
  public void onCompleted() {
    if (failed) {
      return;
    }
    if (order.isEmpty()) {
      refuse("no header was sent");
      return;
    }
    start.train(order.get(), caller);
  }

  private void begin(TrainHeader header) {
    if (order.isPresent()) {
      throw new IllegalArgumentException("a second header");
    }
    if (header.getModel().isBlank()) {
      throw new IllegalArgumentException("model must be given");
    }
    NetworkChoice choice = choice(header.getNetwork());
    NetworkShape shape = choice.shape(header.getFeatures());
    int epochs = header.getEpochs() == 0 ? settings.epochs() : header.getEpochs();
    double cost =
        header.getCostPerTrade() == 0
            ? TrainingPlan.DEFAULT_COST_PER_TRADE
            : header.getCostPerTrade();
    TrainingPlan plan =
        new TrainingPlan(header.getFeatureSetId(), header.getSeed(), epochs, cost, choice);
    order =
        Optional.of(
            new Order(
                header.getModel(),
                plan,
                new TrainingRows(shape.vector()),
                header.getDataDescription()));
  }

  private static NetworkChoice choice(ai.neo.proto.learning.v1.NetworkChoice asked) {
    Architecture architecture =
        asked.getArchitecture().isEmpty()
            ? Architecture.MLP
            : Architecture.of(asked.getArchitecture());
    int usual = architecture.isWindowed() ? NetworkChoice.DEFAULT_WINDOW : 1;
    return new NetworkChoice(
        architecture,
        asked.getWindow() == 0 ? usual : asked.getWindow(),
        asked.getContrastive(),
        CalibrationMethod.of(asked.getCalibration()),
        asked.getDropout(),
        asked.getHorizonNs());
  }

  private void refuse(String reason) {
    failed = true;
    order = Optional.empty();
    caller.onError(Status.INVALID_ARGUMENT.withDescription(reason).asException());
  }
}
