package ai.neo.orchestrator.telemetry;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.running.ModelTier;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.Decision;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Order;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * One trace per decision path: {@code tick}, and under it {@code features}, {@code predict}, {@code
 * risk}, {@code order} and {@code fill}. A tick that leads to nothing makes no trace.
 *
 * <p>Called on the loop's thread at its edges, in the order of what happens; times are {@link
 * System#nanoTime}. {@code features} lasts from the tick until the loop first says something;
 * {@code risk} is a strategy's word and risk's check of it; {@code order} lasts until the venue
 * answers.
 */
final class DecisionTraces {
  /** A path whose order rests for ever does not stay for ever. */
  private static final int MOST_OPEN = 512;

  private static final int MOST_PER_SECOND = 100;

  private final Tracer tracer;
  private final TraceSampling sampling;
  private final String runId;
  private final List<String> symbols;

  /** Read where the model is asked, which may be another thread. */
  private final Map<Long, TracedPath> asked = new ConcurrentHashMap<>();

  private final Map<String, Sent> sent = new LinkedHashMap<>();
  private final Set<TracedPath> open = new LinkedHashSet<>();
  private TracedPath current;
  private LoopEvent event;
  private long sequence;
  private long startNs;
  private long markNs;
  private boolean considered;

  /** An order that is out. The span is ended when the venue has answered. */
  private record Sent(TracedPath path, Span span) {}

  DecisionTraces(OpenTelemetry telemetry, double ratio, String runId, List<String> symbols) {
    this.tracer = telemetry.getTracer("ai.neo.orchestrator");
    this.sampling = new TraceSampling(ratio, MOST_PER_SECOND);
    this.runId = runId;
    this.symbols = List.copyOf(symbols);
  }

  /** The trace of the event in hand; empty when it has none. */
  String traceId() {
    return current == null ? "" : current.traceId();
  }

  /**
   * The loop is about to hear an event.
   *
   * @param sequenceOfEvent its frame in the journal
   * @param beganNs when it was there
   * @param journaledNs when its frame was
   */
  void hearing(LoopEvent heard, long sequenceOfEvent, long beganNs, long journaledNs) {
    event = heard;
    sequence = sequenceOfEvent;
    startNs = beganNs;
    markNs = journaledNs;
    considered = false;
    current =
        switch (heard) {
          case LoopEvent.PredictionArrived arrived -> answered(arrived.prediction().id());
          case LoopEvent.PredictionFailed failed -> answered(failed.predictionId());
          case LoopEvent.VenueReported reported -> {
            Sent order = sent.get(reported.report().clientOrderId());
            yield order == null ? null : order.path();
          }
          default -> null;
        };
  }

  private TracedPath answered(long predictionId) {
    TracedPath path = asked.remove(predictionId);
    if (path != null) {
      path.came();
    }
    return path;
  }

  /** The loop has said something that is written down and not carried out yet. */
  void said(LoopCommand command, long nowNs) {
    if (current == null && !begin(command, nowNs)) {
      return;
    }
    switch (command) {
      case LoopCommand.Predict predict -> {
        asked.put(predict.predictionId(), current);
        current.await();
      }
      case LoopCommand.Decide decide -> risk(decide.decision(), nowNs);
      case LoopCommand.Submit submit -> order(submit.order(), nowNs);
      case LoopCommand.Learn learn -> { // Has a span of its own while it is told.
      }
      case LoopCommand.Cancel cancel -> current.root().addEvent("cancel");
      case LoopCommand.Alert alert -> current.root().addEvent("alert: " + alert.text());
    }
    markNs = nowNs;
  }

  /** Whether a path begins with what is said. */
  private boolean begin(LoopCommand command, long nowNs) {
    if (considered
        || !(event instanceof LoopEvent.MarketData market)
        || command instanceof LoopCommand.Alert) {
      return false;
    }
    considered = true;
    if (!sampling.chooses(sequence) || !sampling.mayBegin(nowNs)) {
      return false;
    }
    SpanBuilder tick =
        tracer
            .spanBuilder("tick")
            .setAttribute("neo.run_id", runId)
            .setAttribute("neo.instrument", symbols.get(market.event().instrument()))
            .setAttribute("neo.event.sequence", sequence)
            .setAttribute("neo.event.kind", market.event().getClass().getSimpleName())
            .setAttribute("neo.event.time_ns", market.timeNs());
    current = new TracedPath(tracer, tick, startNs);
    open.add(current);
    current.end(current.child("features", markNs).startSpan(), nowNs);
    if (open.size() > MOST_OPEN) {
      Iterator<TracedPath> eldest = open.iterator();
      drop(eldest.next(), nowNs);
    }
    return true;
  }

  private void risk(Decision decision, long nowNs) {
    Span span =
        current
            .child("risk", markNs)
            .setAttribute("neo.decision.id", decision.id())
            .setAttribute("neo.strategy", decision.strategy())
            .setAttribute("neo.action", decision.action().name())
            .setAttribute("neo.reason", decision.reason())
            .setAttribute("neo.fallback", decision.fallback())
            .startSpan();
    if (decision.predictionId() > 0) {
      span.setAttribute("neo.prediction.id", decision.predictionId());
      span.setAttribute("neo.model.version", decision.modelVersion());
    }
    switch (decision.verdict()) {
      case Decision.Verdict.None none -> span.setAttribute("neo.verdict", "none");
      case Decision.Verdict.Approved approved -> span.setAttribute("neo.verdict", "approved");
      case Decision.Verdict.Refused(String rule, String limit, String observed) ->
          span.setAttribute("neo.verdict", "refused")
              .setAttribute("neo.risk.rule", rule)
              .setAttribute("neo.risk.limit", limit)
              .setAttribute("neo.risk.observed", observed);
    }
    current.end(span, nowNs);
  }

  private void order(Order order, long nowNs) {
    Span span =
        current
            .child("order", markNs)
            .setAttribute("neo.order.id", order.clientOrderId())
            .setAttribute("neo.decision.id", order.decisionId())
            .setAttribute("neo.strategy", order.strategy())
            .setAttribute("neo.side", order.side().name())
            .setAttribute("neo.quantity", E8.format(order.quantityE8()))
            .startSpan();
    span.addEvent("journaled");
    sent.put(order.clientOrderId(), new Sent(current, span));
    current.await();
    markNs = nowNs;
  }

  /** Asks the model tier within the path's span, if the question belongs to one. */
  ModelTier.Answer predicting(LoopCommand.Predict command, Supplier<ModelTier.Answer> ask) {
    TracedPath path = asked.get(command.predictionId());
    if (path == null) {
      return ask.get();
    }
    Span span =
        path.child("predict", System.nanoTime())
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute("rpc.system", "grpc")
            .setAttribute("rpc.service", "inference.GRPCInferenceService")
            .setAttribute("rpc.method", "ModelInfer")
            .setAttribute("neo.prediction.id", command.predictionId())
            .startSpan();
    try {
      ModelTier.Answer answer = path.context().with(span).wrapSupplier(ask).get();
      switch (answer) {
        case ModelTier.Answer.Predicted(Prediction prediction, long latencyNs) ->
            span.setAttribute("neo.model.name", prediction.model())
                .setAttribute("neo.model.version", prediction.version())
                .setAttribute("neo.model.digest", prediction.digest());
        case ModelTier.Answer.Failed(String reason) -> span.setStatus(StatusCode.ERROR, reason);
      }
      return answer;
    } finally {
      path.end(span, System.nanoTime());
    }
  }

  /** Tells the learner within the span of the path in hand, if there is one. */
  <T> T learning(LoopCommand.Learn command, Supplier<T> tell) {
    if (current == null) {
      return tell.get();
    }
    TracedPath path = current;
    Span span =
        path.child("learn", System.nanoTime())
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute("rpc.system", "grpc")
            .setAttribute("rpc.service", "neo.learning.v1.LearningService")
            .setAttribute("rpc.method", "Learn")
            .setAttribute("neo.prediction.id", command.prediction().id())
            .startSpan();
    try {
      return path.context().with(span).wrapSupplier(tell).get();
    } finally {
      path.end(span, System.nanoTime());
    }
  }

  /** The loop has taken the event in. */
  void heard(long nowNs) {
    if (current == null) {
      return;
    }
    if (event instanceof LoopEvent.VenueReported reported) {
      onReport(reported.report(), nowNs);
    }
    if (current.complete() && open.remove(current)) {
      current.end(nowNs);
    }
    current = null;
  }

  private void onReport(ExecutionReport report, long nowNs) {
    Sent order = sent.get(report.clientOrderId());
    switch (report) {
      case ExecutionReport.Acknowledged acknowledged -> current.end(order.span(), nowNs);
      case ExecutionReport.Rejected rejected -> {
        order.span().setStatus(StatusCode.ERROR, rejected.reason());
        done(order, report, nowNs);
      }
      case ExecutionReport.Filled(Fill fill, boolean complete, long timeNs) -> {
        fill(fill, complete, nowNs);
        if (complete) {
          done(order, report, nowNs);
        }
      }
      case ExecutionReport.Cancelled cancelled -> done(order, report, nowNs);
      case ExecutionReport.Expired expired -> done(order, report, nowNs);
      case ExecutionReport.OutcomeUnknown unknown -> current.root().addEvent("outcome unknown");
    }
  }

  private void fill(Fill fill, boolean complete, long nowNs) {
    Span span =
        current
            .child("fill", startNs)
            .setAttribute("neo.order.id", fill.clientOrderId())
            .setAttribute("neo.trade.id", fill.tradeId())
            .setAttribute("neo.side", fill.side().name())
            .setAttribute("neo.price", E8.format(fill.priceE8()))
            .setAttribute("neo.quantity", E8.format(fill.quantityE8()))
            .setAttribute("neo.fee", E8.format(fill.feeE8()))
            .setAttribute("neo.order.complete", complete)
            .startSpan();
    current.end(span, nowNs);
  }

  private void done(Sent order, ExecutionReport report, long nowNs) {
    sent.remove(report.clientOrderId());
    current.came();
    if (order.span().isRecording()) {
      current.end(order.span(), nowNs);
    }
  }

  /** Ends what is still open: the run ends, and its spans should be seen. */
  void close(long nowNs) {
    for (TracedPath path : List.copyOf(open)) {
      drop(path, nowNs);
    }
  }

  private void drop(TracedPath path, long nowNs) {
    open.remove(path);
    asked.values().removeIf(path::equals);
    sent.values()
        .removeIf(
            order -> {
              if (order.path().equals(path) && order.span().isRecording()) {
                path.end(order.span(), nowNs);
              }
              return order.path().equals(path);
            });
    path.root().setAttribute("neo.unfinished", true);
    path.end(nowNs);
  }
}
