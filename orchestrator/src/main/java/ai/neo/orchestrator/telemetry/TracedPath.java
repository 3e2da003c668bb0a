package ai.neo.orchestrator.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * One sampled decision path: the span of its tick, and what it still waits for. Owned by the loop's
 * thread. Times that come in are {@link System#nanoTime}.
 */
final class TracedPath {
  private static final long NS_PER_S = 1_000_000_000L;

  private final Tracer tracer;
  private final long epochMinusMonotonicNs;
  private final Span root;
  private final Context context;
  private int awaited;

  TracedPath(Tracer tracer, SpanBuilder tick, long startNs) {
    this.tracer = tracer;
    Instant now = Instant.now();
    epochMinusMonotonicNs = now.getEpochSecond() * NS_PER_S + now.getNano() - System.nanoTime();
    root = tick.setNoParent().setStartTimestamp(epoch(startNs), TimeUnit.NANOSECONDS).startSpan();
    context = Context.root().with(root);
  }

  /** A child of the tick. */
  SpanBuilder child(String name, long startNs) {
    return tracer
        .spanBuilder(name)
        .setParent(context)
        .setStartTimestamp(epoch(startNs), TimeUnit.NANOSECONDS);
  }

  Context context() {
    return context;
  }

  Span root() {
    return root;
  }

  String traceId() {
    return root.getSpanContext().getTraceId();
  }

  /** An answer or a report will come that belongs to this path. */
  void await() {
    awaited++;
  }

  /** One of them has come. */
  void came() {
    awaited--;
  }

  boolean complete() {
    return awaited <= 0;
  }

  void end(Span span, long nowNs) {
    span.end(epoch(nowNs), TimeUnit.NANOSECONDS);
  }

  void end(long nowNs) {
    end(root, nowNs);
  }

  private long epoch(long monotonicNs) {
    return epochMinusMonotonicNs + monotonicNs;
  }
}
