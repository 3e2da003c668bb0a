package ai.neo.modelgateway.forward;

import com.google.common.util.concurrent.ListenableFuture;
import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Calls that a server is never seen to give up: whoever waits too long goes away, and the call ends
 * by itself. Blocks.
 */
final class PatientCalls {

  private final Channel channel;
  private final AtomicInteger hanging = new AtomicInteger();

  PatientCalls(Channel channel) {
    this.channel = channel;
  }

  /** Calls that nobody waits for any more, and that have not ended. */
  int hanging() {
    return hanging.get();
  }

  /**
   * Waits for the answer.
   *
   * @throws io.grpc.StatusRuntimeException with the server's status, or UNAVAILABLE after the wait
   */
  <T> T ask(Duration wait, Function<GRPCInferenceServiceFutureStub, ListenableFuture<T>> call)
      throws InterruptedException {
    ListenableFuture<T> answer;
    Context before = Context.ROOT.attach();
    try {
      answer =
          call.apply(
              GRPCInferenceServiceGrpc.newFutureStub(channel)
                  .withDeadlineAfter(RemoteServer.CALL_MINUTES, TimeUnit.MINUTES));
    } finally {
      Context.ROOT.detach(before);
    }
    try {
      return answer.get(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw Status.fromThrowable(e.getCause()).asRuntimeException();
    } catch (TimeoutException e) {
      hanging.incrementAndGet();
      answer.addListener(hanging::decrementAndGet, Runnable::run);
      throw Status.UNAVAILABLE
          .withDescription("no answer within " + wait.toMillis() + " ms")
          .withCause(e)
          .asRuntimeException();
    }
  }
}
