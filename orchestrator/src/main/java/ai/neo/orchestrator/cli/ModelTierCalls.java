package ai.neo.orchestrator.cli;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonObject;

/** A channel to a gateway, or to that of the run on a data directory. */
record ModelTierCalls(ManagedChannel channel) implements AutoCloseable {
  static final String MODEL = ModelName.USUAL;

  private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

  static ModelTierCalls of(DataDirOption dataDir) {
    JsonObject running = dataDir.running();
    return new ModelTierCalls(
        NettyChannelBuilder.forAddress(
                running.getString("gateway_host"), running.getInteger("gateway_port"))
            .usePlaintext()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build());
  }

  /** To the gateway that was named, or to the run's. */
  static ModelTierCalls of(TierDoor door) {
    return new ModelTierCalls(door.gatewayChannel());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
