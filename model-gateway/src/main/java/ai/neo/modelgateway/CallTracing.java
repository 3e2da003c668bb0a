package ai.neo.modelgateway;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpHandler;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Opens a span for each call, over gRPC or HTTP, under the caller's when it sent a {@code
 * traceparent}.
 */
final class CallTracing implements ServerInterceptor {

  private static final TextMapGetter<Metadata> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Metadata headers) {
          return headers.keys();
        }

        @Override
        public String get(Metadata headers, String key) {
          return headers == null
              ? null
              : headers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
        }
      };

  private static final TextMapGetter<Headers> HTTP_HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
          return headers.keySet();
        }

        @Override
        public String get(Headers headers, String key) {
          return headers == null ? null : headers.getFirst(key);
        }
      };

  /** What stands in a path's place of a name, so that spans can be told apart by few names. */
  private static final Map<String, String> NAMES =
      Map.of("models", "{model}", "versions", "{version}", "region", "{region}");

  private static final Set<String> WORDS =
      Set.of(
          ("v2 health live ready models versions infer config stats trace setting logging repository"
                  + " index load unload systemsharedmemory cudasharedmemory region status register"
                  + " unregister")
              .split(" "));

  private final Tracer tracer;

  CallTracing(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("ai.neo.modelgateway");
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Context caller =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
    Span span =
        tracer
            .spanBuilder(call.getMethodDescriptor().getFullMethodName())
            .setSpanKind(SpanKind.SERVER)
            .setParent(caller)
            .setAttribute("rpc.system", "grpc")
            .startSpan();
    Context context = caller.with(span);
    TracedCall<Q, A> traced = new TracedCall<>(call, span);
    ServerCall.Listener<Q> listener =
        context.wrapSupplier(() -> next.startCall(traced, headers)).get();
    return new TracedListener<>(listener, context, traced);
  }

  /** The same for what that handler answers. As is usual, only 5xx is an error of the server. */
  HttpHandler around(HttpHandler next) {
    return exchange -> {
      Headers headers = exchange.getRequestHeaders();
      Context caller =
          W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HTTP_HEADERS);
      String method = exchange.getRequestMethod();
      String route = route(exchange.getRequestURI().getRawPath());
      Span span =
          tracer
              .spanBuilder(method + " " + route)
              .setSpanKind(SpanKind.SERVER)
              .setParent(caller)
              .setAttribute("http.request.method", method)
              .setAttribute("http.route", route)
              .startSpan();
      try (Scope _ = caller.with(span).makeCurrent()) {
        next.handle(exchange);
      } finally {
        int status = exchange.getResponseCode();
        span.setAttribute("http.response.status_code", status);
        if (status < 100 || status >= 500) { // below 100 there was no answer
          span.setStatus(StatusCode.ERROR, "status " + status);
        }
        span.end();
      }
    };
  }

  /** The path with its names left out. */
  private static String route(String path) {
    StringBuilder route = new StringBuilder();
    String name = "";
    for (String part : path.substring(1).split("/", -1)) {
      boolean isWord = name.isEmpty() && WORDS.contains(part);
      route.append('/').append(isWord ? part : name.isEmpty() ? "{other}" : name);
      name = isWord ? NAMES.getOrDefault(part, "") : "";
    }
    return route.toString();
  }

  /** Ends the span with the call's status. */
  private static final class TracedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final Span span;
    private final AtomicBoolean ended = new AtomicBoolean();

    TracedCall(ServerCall<Q, A> call, Span span) {
      super(call);
      this.span = span;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      super.close(status, trailers);
      end(status);
    }

    void end(Status status) {
      if (ended.compareAndSet(false, true)) {
        span.setAttribute("rpc.grpc.status_code", status.getCode().value());
        if (!status.isOk()) {
          span.setStatus(StatusCode.ERROR, status.getCode().name());
        }
        span.end();
      }
    }
  }

  /** Makes the span current while the call's own code runs. */
  private static final class TracedListener<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Context context;
    private final TracedCall<Q, ?> call;

    TracedListener(ServerCall.Listener<Q> listener, Context context, TracedCall<Q, ?> call) {
      super(listener);
      this.context = context;
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      context.wrap(() -> super.onMessage(message)).run();
    }

    @Override
    public void onHalfClose() {
      context.wrap(super::onHalfClose).run();
    }

    @Override
    public void onCancel() {
      try {
        context.wrap(super::onCancel).run();
      } finally {
        call.end(Status.CANCELLED);
      }
    }
  }
}
