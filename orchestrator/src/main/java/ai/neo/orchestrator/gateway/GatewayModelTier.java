package ai.neo.orchestrator.gateway;

import ai.neo.orchestrator.running.ModelTier;
import ai.neo.orchestrator.strategy.Action;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.riskrules.ModelDoubt;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks the gateway and waits. A caller's thread is blocked no longer than the deadline; whatever
 * goes wrong is an answer, never an exception.
 */
public final class GatewayModelTier implements ModelTier {
  private static final String FEATURES = "features";
  private static final String PROBABILITIES = "action_probabilities";
  private static final String EXPECTED_RETURN = "expected_return";
  private static final String UNCERTAINTY = "uncertainty";
  private static final String RECONSTRUCTION_ERROR = "reconstruction_error";
  private static final int ACTIONS = 3;

  private final GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub inference;
  private final LearningServiceGrpc.LearningServiceBlockingStub learning;
  private final Settings settings;
  private final AtomicLong lastEpoch = new AtomicLong();
  private final FeatureWindows windows = new FeatureWindows();

  /** How many vectors the champion looks at, as far as is known; a refusal makes us ask. */
  private final AtomicInteger window = new AtomicInteger(1);

  /**
   * @param runId makes prediction ids unique beyond one run
   * @param featureSetId what the features were computed by
   * @param deadlineMs longest wait for a prediction
   * @param learnDeadlineMs longest wait for the learner, which may have a version to publish
   */
  public record Settings(
      String model, String runId, String featureSetId, long deadlineMs, long learnDeadlineMs) {}

  public GatewayModelTier(Channel channel, Settings settings) {
    this.inference = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    this.learning = LearningServiceGrpc.newBlockingStub(channel);
    this.settings = settings;
  }

  @Override
  public void remember(LoopCommand.Predict command) {
    windows.remember(command.instrument(), command.predictionId(), command.features());
  }

  @Override
  public Answer predict(LoopCommand.Predict command) {
    long startedNs = System.nanoTime();
    remember(command); // where nobody did, the newest vector is there at least
    GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub =
        inference.withDeadlineAfter(settings.deadlineMs(), TimeUnit.MILLISECONDS);
    try {
      Optional<float[]> row = row(command);
      if (row.isEmpty()) {
        follow(stub, command); // perhaps another version looks at fewer by now
        row = row(command);
      }
      if (row.isEmpty()) {
        return new Answer.Failed(
            "the model looks at " + window.get() + " feature vectors; fewer are known so far");
      }
      ModelInferResponse response = infer(stub, command, row.get());
      Prediction prediction = prediction(command, response);
      return new Answer.Predicted(prediction, System.nanoTime() - startedNs);
    } catch (StatusRuntimeException e) {
      return new Answer.Failed(describe(e));
    } catch (IllegalArgumentException e) {
      return new Answer.Failed("the gateway's answer is malformed: " + e.getMessage());
    }
  }

  @Override
  public List<LoopEvent> learn(LoopCommand.Learn command) {
    long timeNs = command.timeNs();
    long id = command.prediction().id();
    try {
      LearnResponse response =
          learning
              .withDeadlineAfter(settings.learnDeadlineMs(), TimeUnit.MILLISECONDS)
              .learn(request(command));
      List<LoopEvent> events = new ArrayList<>();
      events.add(
          new LoopEvent.FeedbackTaken(
              timeNs,
              id,
              response.getReason().isEmpty()
                  ? response.getOutcome().name()
                  : response.getOutcome().name() + ": " + response.getReason(),
              response.getUpdates()));
      for (ModelChange change : response.getChangesList()) {
        events.add(changed(timeNs, change));
      }
      return events;
    } catch (StatusRuntimeException e) {
      return List.of(new LoopEvent.FeedbackTaken(timeNs, id, "NOT_TAKEN: " + describe(e), 0));
    }
  }

  /** A change of the served version as the loop hears it. */
  public static LoopEvent.ModelChanged changed(long timeNs, ModelChange change) {
    LoopEvent.ModelChanged.Kind kind =
        switch (change.getKind()) {
          case PROMOTED -> LoopEvent.ModelChanged.Kind.PROMOTED;
          case ROLLED_BACK -> LoopEvent.ModelChanged.Kind.ROLLED_BACK;
          case CANDIDATE -> LoopEvent.ModelChanged.Kind.CANDIDATE;
          case REFUSED -> LoopEvent.ModelChanged.Kind.REFUSED;
          case CURRENT, ROUTED, KIND_UNSPECIFIED, UNRECOGNIZED ->
              LoopEvent.ModelChanged.Kind.CURRENT;
        };
    return new LoopEvent.ModelChanged(
        timeNs,
        kind,
        change.getModel(),
        change.getVersion(),
        change.getDigest(),
        change.getPreviousVersion(),
        change.getEpoch(),
        change.getReason());
  }

  /** The epoch of the last prediction: how many swaps the gateway had made. */
  public long lastEpoch() {
    return lastEpoch.get();
  }

  /** Asks; where the champion turns out to look at another window, once more with that. */
  private ModelInferResponse infer(
      GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub,
      LoopCommand.Predict command,
      float[] row) {
    try {
      return stub.modelInfer(request(command, row));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.INVALID_ARGUMENT || !follow(stub, command)) {
        throw e;
      }
      float[] other =
          row(command)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "the model looks at "
                              + window.get()
                              + " feature vectors; fewer are known so far"));
      return stub.modelInfer(request(command, other));
    }
  }

  private Optional<float[]> row(LoopCommand.Predict command) {
    return windows.window(command.instrument(), command.predictionId(), window.get());
  }

  /** Learns how many vectors the champion looks at; true when that is news. */
  private boolean follow(
      GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub, LoopCommand.Predict command) {
    ModelMetadataResponse metadata =
        stub.modelMetadata(ModelMetadataRequest.newBuilder().setName(settings.model()).build());
    int width = command.features().length;
    long wanted =
        metadata.getInputsList().stream()
            .filter(input -> input.getName().equals(FEATURES) && input.getShapeCount() == 2)
            .findFirst()
            .map(input -> input.getShape(1))
            .orElse(0L);
    if (wanted < width || wanted % width != 0) {
      return false;
    }
    int now = (int) (wanted / width);
    return window.getAndSet(now) != now;
  }

  private ModelInferRequest request(LoopCommand.Predict command, float[] features) {
    ByteBuffer raw =
        ByteBuffer.allocate(features.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(features);
    return ModelInferRequest.newBuilder()
        .setModelName(settings.model())
        .setId(predictionId(command.predictionId()))
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName(FEATURES)
                .setDatatype("FP32")
                .addShape(1)
                .addShape(features.length))
        .addRawInputContents(ByteString.copyFrom(raw.array()))
        .build();
  }

  private String predictionId(long id) {
    return settings.runId() + "-" + id;
  }

  private Prediction prediction(LoopCommand.Predict command, ModelInferResponse response) {
    ByteBuffer probabilities = null;
    float expectedReturn = Float.NaN;
    float uncertainty = Float.NaN;
    float reconstructionError = Float.NaN;
    for (int i = 0; i < response.getOutputsCount(); i++) {
      if (i >= response.getRawOutputContentsCount()) {
        throw new IllegalArgumentException("fewer raw outputs than outputs");
      }
      ByteBuffer raw =
          response.getRawOutputContents(i).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      switch (response.getOutputs(i).getName()) {
        case PROBABILITIES -> probabilities = raw;
        case EXPECTED_RETURN -> {
          if (raw.remaining() == Float.BYTES) {
            expectedReturn = raw.getFloat();
          }
        }
        case UNCERTAINTY -> uncertainty = doubt(UNCERTAINTY, raw);
        case RECONSTRUCTION_ERROR -> reconstructionError = doubt(RECONSTRUCTION_ERROR, raw);
        default -> { // An output that we did not ask the model's contract for.
        }
      }
    }
    if (probabilities == null || probabilities.remaining() != ACTIONS * Float.BYTES) {
      throw new IllegalArgumentException(
          PROBABILITIES
              + " should be FP32 [1,3]; got "
              + (probabilities == null ? "none" : probabilities.remaining() + " bytes"));
    }
    long epoch = parameter(response, "epoch").getInt64Param();
    lastEpoch.set(epoch);
    return new Prediction(
        command.predictionId(),
        command.instrument(),
        command.timeNs(),
        response.getModelName(),
        response.getModelVersion(),
        parameter(response, "model_digest").getStringParam(),
        epoch,
        probabilities.getFloat(),
        probabilities.getFloat(),
        probabilities.getFloat(),
        expectedReturn,
        new ModelDoubt(uncertainty, reconstructionError));
  }

  /** NaN would read as "not answered", and let through what a limit is there to stop. */
  private static float doubt(String output, ByteBuffer raw) {
    if (raw.remaining() != Float.BYTES) {
      throw new IllegalArgumentException(
          output + " should be FP32 with one number; got " + raw.remaining() + " bytes");
    }
    float value = raw.getFloat();
    if (Float.isNaN(value)) {
      throw new IllegalArgumentException(output + "=NaN, expected a finite number of zero or more");
    }
    return value;
  }

  private static InferParameter parameter(ModelInferResponse response, String name) {
    return response.getParametersOrDefault(name, InferParameter.getDefaultInstance());
  }

  private LearnRequest request(LoopCommand.Learn command) {
    Prediction prediction = command.prediction();
    LearnRequest.Builder request =
        LearnRequest.newBuilder()
            .setModel(settings.model())
            .setPredictionId(predictionId(prediction.id()))
            .setModelVersion(prediction.version())
            .setFeatureSetId(settings.featureSetId())
            .setLabel(label(command.label()))
            .setForwardReturn(command.forwardReturn())
            .addActionProbabilities(prediction.sell())
            .addActionProbabilities(prediction.hold())
            .addActionProbabilities(prediction.buy())
            .setEventTimeNs(prediction.barTimeNs())
            .setMaturedTimeNs(command.timeNs());
    // What the champion looked at; where that is not known any more, the learner says so.
    float[] row =
        windows
            .window(prediction.instrument(), prediction.id(), window.get())
            .orElse(command.features());
    for (float feature : row) {
      request.addFeatures(feature);
    }
    return request.build();
  }

  /** The order of the model contract's outputs. */
  private static int label(Action action) {
    return switch (action) {
      case SELL -> 0;
      case HOLD -> 1;
      case BUY -> 2;
    };
  }

  private static String describe(StatusRuntimeException e) {
    String detail = e.getStatus().getDescription();
    return "gateway " + e.getStatus().getCode() + (detail == null ? "" : " (" + detail + ")");
  }
}
