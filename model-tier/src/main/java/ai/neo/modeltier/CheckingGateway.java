package ai.neo.modeltier;

import ai.neo.modelregistry.ModelRegistry;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.LearningServiceGrpc.LearningServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The gateway in another process that a registry by itself asks to change champions. A connection
 * is made for each question: they are rare, and a gateway that came back must be found at once.
 * Safe for any thread.
 */
record CheckingGateway(TierSettings.Address address) {
  /** Longer than the trial of an ONNX file may take; MLflow's clients wait for 120 seconds. */
  private static final long ANSWER_SECONDS = 110;

  /** So that a gateway whose machine is gone costs less than that. */
  private static final long KEEP_ALIVE_SECONDS = 10;

  private static final Metadata.Key<String> ASKED =
      Metadata.Key.of("neo-asked-by-registry", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * Asks, and waits for the answer.
   *
   * @throws io.grpc.StatusRuntimeException as the gateway answers, or UNAVAILABLE
   */
  <A> A ask(Function<LearningServiceBlockingStub, A> question) {
    Metadata asked = new Metadata();
    asked.put(ASKED, "yes");
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address.host(), address.port())
            .usePlaintext()
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .maxInboundMessageSize(ModelRegistry.MESSAGE_MAX_BYTES)
            .intercept(MetadataUtils.newAttachHeadersInterceptor(asked))
            .build();
    try {
      return question.apply(
          LearningServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS));
    } finally {
      channel.shutdownNow();
    }
  }

  /** Refuses what a registry asks: one that asked itself, or one that asks it, would never end. */
  static ServerInterceptor notForRegistries() {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!headers.containsKey(ASKED)) {
          return next.startCall(call, headers);
        }
        call.close(
            Status.FAILED_PRECONDITION.withDescription(
                "--gateway of a registry must name a gateway, and a registry listens there"),
            new Metadata());
        return new ServerCall.Listener<>() {};
      }
    };
  }
}
