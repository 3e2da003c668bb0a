package ai.neo.modelregistry;

import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;

/**
 * A gateway's word, in a call's metadata, that it has loaded, checked and warmed the version that
 * it makes champion. A registry by itself moves a champion on that word alone, and asks a gateway
 * when anybody else wants it moved; so what the gateway then sends is never sent back to it. As
 * with all names, whoever reaches the port can give it: it keeps mistakes out, not enemies.
 */
public final class GatewayWord {
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("neo-loaded-by-gateway", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> HEARD =
      Context.keyWithDefault("neo-loaded-by-gateway", false);

  private GatewayWord() {}

  /** Gives it with every call. For a gateway's own calls, not for those that it passes on. */
  public static ClientInterceptor giving() {
    Metadata word = new Metadata();
    word.put(KEY, "yes");
    return MetadataUtils.newAttachHeadersInterceptor(word);
  }

  /** Lets {@link #heard} know. */
  static ServerInterceptor hearing() {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Context context = Context.current().withValue(HEARD, headers.containsKey(KEY));
        return Contexts.interceptCall(context, call, headers, next);
      }
    };
  }

  /** Whether it came with the call whose thread this is. */
  static boolean heard() {
    return HEARD.get();
  }
}
