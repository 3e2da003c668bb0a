package ai.neo.orchestrator.gateway;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelReadyRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;

/** Asks the gateway whether it would answer a prediction. */
public final class GatewayProbe {
  private static final long PATIENCE_MS = 2_000;

  private final GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub inference;
  private final String model;

  public GatewayProbe(Channel channel, String model) {
    this.inference = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    this.model = model;
  }

  /**
   * Whether a version of the model serves.
   *
   * @throws StatusRuntimeException if the gateway does not answer within two seconds
   */
  public boolean ready() {
    try {
      return inference
          .withDeadlineAfter(PATIENCE_MS, TimeUnit.MILLISECONDS)
          .modelReady(ModelReadyRequest.newBuilder().setName(model).build())
          .getReady();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }
}
