package ai.neo.modeltier;

import ai.neo.modelgateway.serving.RegistrySilence;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;

/**
 * The registry's calls at a gateway whose registry runs elsewhere: passed on as they are, so that
 * whoever knows the gateway alone reaches both.
 */
final class RegistryForward implements BindableService {
  private static final long TO_TELL_NS = TimeUnit.SECONDS.toNanos(2);

  private final Channel registry;

  RegistryForward(Channel registry) {
    this.registry = registry;
  }

  @Override
  public ServerServiceDefinition bindService() {
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(RegistryServiceGrpc.getServiceDescriptor());
    RegistryServiceGrpc.getServiceDescriptor().getMethods().forEach(method -> add(service, method));
    return service.build();
  }

  private <Q, A> void add(ServerServiceDefinition.Builder service, MethodDescriptor<Q, A> method) {
    service.addMethod(
        method,
        (call, headers) -> {
          CallOptions options = options(Context.current().getDeadline());
          ClientCall<Q, A> onwards = registry.newCall(method, options);
          onwards.start(new Back<>(call, onwards), new Metadata());
          onwards.request(1);
          call.request(2); // none of its calls streams requests; one more shows a second one
          return new Onwards<>(onwards);
        });
  }

  /** A little less time than the caller has, who then still hears whose answer is missing. */
  private static CallOptions options(Deadline caller) {
    if (caller == null) {
      return CallOptions.DEFAULT;
    }
    long left = caller.timeRemaining(TimeUnit.NANOSECONDS);
    long kept = Math.min(left / 4, TO_TELL_NS);
    return CallOptions.DEFAULT.withDeadlineAfter(left - kept, TimeUnit.NANOSECONDS);
  }

  /** What the caller says goes on. */
  private static final class Onwards<Q, A> extends ServerCall.Listener<Q> {
    private final ClientCall<Q, A> onwards;

    Onwards(ClientCall<Q, A> onwards) {
      this.onwards = onwards;
    }

    @Override
    public void onMessage(Q message) {
      onwards.sendMessage(message);
    }

    @Override
    public void onHalfClose() {
      onwards.halfClose();
    }

    @Override
    public void onCancel() {
      onwards.cancel("the caller has gone", null);
    }

    @Override
    public void onReady() {
      onwards.request(1);
    }
  }

  /** What the registry answers comes back. */
  private static final class Back<Q, A> extends ClientCall.Listener<A> {
    private final ServerCall<Q, A> call;
    private final ClientCall<Q, A> onwards;
    private boolean headersSent;

    Back(ServerCall<Q, A> call, ClientCall<Q, A> onwards) {
      this.call = call;
      this.onwards = onwards;
    }

    @Override
    public void onHeaders(Metadata headers) {
      call.sendHeaders(new Metadata());
      headersSent = true;
    }

    @Override
    public void onMessage(A message) {
      if (!headersSent) {
        onHeaders(new Metadata());
      }
      call.sendMessage(message);
      if (call.isReady()) {
        onwards.request(1); // else when the caller has read some
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      call.close(RegistrySilence.told(status), new Metadata());
    }
  }
}
