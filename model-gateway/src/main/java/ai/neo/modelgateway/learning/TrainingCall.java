package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.Architecture;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.learning.v1.TrainProgress;
import ai.neo.proto.learning.v1.TrainRequest;
import ai.neo.proto.learning.v1.TrainedSeries;
import ai.neo.proto.lineage.TrainedSpan;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Collects one training's header and rows as they stream in. The transport calls one at a time. */
final class TrainingCall implements StreamObserver<TrainRequest> {
  /**
   * Characters that a registry takes. A training whose instruments have no room in them is judged
   * by the time of all of them together, which leaves more rows out and never fewer.
   */
  private static final int LONGEST_DESCRIPTION = 16_000;

  private final ServerCallStreamObserver<TrainProgress> caller;
  private final LearningSettings settings;
  private final Start start;
  private Optional<Order> order = Optional.empty();
  private boolean failed;

  /**
   * A complete training.
   *
   * @param data what the rows were made from, as the caller says
   * @param series what the rows' numbers of instruments stand for; empty when that is not told
   */
  record Order(
      String model, TrainingPlan plan, TrainingRows rows, String data, List<TrainedSeries> series) {
    /**
     * The rows of each instrument.
     *
     * @throws IllegalArgumentException when there are rows of an instrument that was not named
     */
    List<TrainedSpan> spans() {
      List<TrainedSpan> spans = new ArrayList<>();
      if (!series.isEmpty()) {
        rows.extents().forEach((number, extent) -> spans.add(span(number, extent)));
      }
      return spans;
    }

    private TrainedSpan span(int number, TrainingRows.Extent extent) {
      if (number < 0 || number >= series.size()) {
        throw new IllegalArgumentException(
            "there are rows of series %d, and the header names %d: name them all, from 0, or none"
                .formatted(number, series.size()));
      }
      TrainedSeries one = series.get(number);
      return new TrainedSpan(
          one.getInstrument(),
          extent.rows(),
          one.getBarNs(),
          extent.fromNs(),
          extent.toNs(),
          one.getHorizonNs());
    }

    /**
     * What is written beside the version: whoever evaluates it reads from there what it has seen.
     */
    String description(int trainedRows, String digest) {
      String words =
          "%s [%d rows, %d trained, times %s to %s ns, sha256 %s"
              .formatted(
                  data,
                  rows.rows(),
                  trainedRows,
                  Long.toUnsignedString(rows.firstTimeNs()),
                  Long.toUnsignedString(rows.lastTimeNs()),
                  digest);
      String instruments = spans().stream().map(TrainedSpan::text).collect(Collectors.joining());
      boolean fits = words.length() + instruments.length() < LONGEST_DESCRIPTION;
      return words + (fits ? instruments : "") + "]";
    }
  }

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
    try {
      order.get().spans();
    } catch (IllegalArgumentException e) {
      refuse(e.getMessage());
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
    header.getSeriesList().forEach(one -> TrainedSpan.requireInstrument(one.getInstrument()));
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
                header.getDataDescription(),
                header.getSeriesList()));
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
