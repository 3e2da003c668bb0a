package ai.neo.orchestrator.operations;

import ai.neo.orchestrator.configuration.Endpoint;
import inference.GRPCInferenceServiceGrpc;
import inference.ServerReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks the gateway whether it is ready, as any client of the Open Inference Protocol would. */
final class GatewayCheck {
  private static final String CHECK = "gateway";
  private static final String LOOPBACK = "127.0.0.1";
  private static final int DEADLINE_SECONDS = 10;

  private GatewayCheck() {}

  /**
   * @param elsewhere a gateway that is used instead of starting one
   */
  static Finding of(Optional<Endpoint> elsewhere, Optional<RunningNeo> running) {
    if (elsewhere.isPresent()) {
      return ask(elsewhere.get(), "start it there with ./neo gateway, or take gateway.address out");
    }
    Optional<Integer> port = running.flatMap(neo -> neo.port("gateway.port"));
    return port.isEmpty()
        ? Finding.ok(CHECK, "no Neo runs on this data directory; a run starts one")
        : ask(
            new Endpoint(LOOPBACK, port.get()),
            "it is started again by itself; if it stays away, see DATA_DIR/logs/model-tier.log");
  }

  private static Finding ask(Endpoint endpoint, String remedy) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port()).usePlaintext().build();
    try {
      boolean ready =
          GRPCInferenceServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .serverReady(ServerReadyRequest.getDefaultInstance())
              .getReady();
      return ready
          ? Finding.ok(CHECK, endpoint + " is ready")
          : Finding.warn(CHECK, endpoint + " is not ready yet", "wait until its model is loaded");
    } catch (StatusRuntimeException e) {
      return Finding.fail(CHECK, endpoint + " does not answer: " + e.getStatus().getCode(), remedy);
    } finally {
      channel.shutdownNow();
    }
  }
}
