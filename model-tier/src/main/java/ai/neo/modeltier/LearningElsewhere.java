package ai.neo.modeltier;

import ai.neo.modelregistry.RegistryException;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.SwapReceipt;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Promotion and rollback at a registry by itself: the gateway that it names carries them out. The
 * other calls are for gateways. Never blocks the transport's threads.
 */
final class LearningElsewhere extends LearningServiceGrpc.LearningServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(LearningElsewhere.class);

  private final ChampionsElsewhere champions;

  LearningElsewhere(ChampionsElsewhere champions) {
    this.champions = champions;
  }

  @Override
  public void promote(PromoteRequest request, StreamObserver<SwapReceipt> caller) {
    answer(caller, () -> champions.promote(request));
  }

  @Override
  public void rollback(RollbackRequest request, StreamObserver<SwapReceipt> caller) {
    answer(caller, () -> champions.rollback(request));
  }

  private static void answer(StreamObserver<SwapReceipt> caller, Supplier<SwapReceipt> call) {
    Thread.ofVirtual().name("to-the-gateway").start(() -> answerNow(caller, call));
  }

  private static void answerNow(StreamObserver<SwapReceipt> caller, Supplier<SwapReceipt> call) {
    SwapReceipt receipt;
    try {
      receipt = call.get();
    } catch (RegistryException e) {
      caller.onError(
          e.code().toStatus().withDescription(e.getMessage()).withCause(e).asRuntimeException());
      return;
    } catch (RuntimeException e) {
      LOG.error("a promotion or rollback failed unexpectedly", e);
      caller.onError(
          Status.INTERNAL
              .withDescription("The registry failed unexpectedly; its log says more")
              .withCause(e)
              .asRuntimeException());
      return;
    }
    caller.onNext(receipt);
    caller.onCompleted();
  }
}
