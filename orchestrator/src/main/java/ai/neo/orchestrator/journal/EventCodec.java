package ai.neo.orchestrator.journal;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.OperatorCommand;
import ai.neo.riskrules.ModelDoubt;
import ai.neo.tradingtypes.encoding.FillCodec;
import ai.neo.tradingtypes.encoding.MarketEventCodec;
import ai.neo.tradingtypes.encoding.TlvException;
import ai.neo.tradingtypes.encoding.TlvFields;
import ai.neo.tradingtypes.encoding.TlvReader;
import ai.neo.tradingtypes.encoding.TlvWriter;

/**
 * What the loop hears, as payloads. The frame's timestamp is the event's time: for market data,
 * when they were heard, while the payload has when they happened.
 */
final class EventCodec {
  private static final int ACKNOWLEDGED = 0;
  private static final int REJECTED = 1;
  private static final int FILLED = 2;
  private static final int CANCELLED = 3;
  private static final int EXPIRED = 4;
  private static final int OUTCOME_UNKNOWN = 5;

  private EventCodec() {}

  static int type(LoopEvent event) {
    return switch (event) {
      case LoopEvent.MarketData market -> FrameType.of(market.event());
      case LoopEvent.PredictionArrived e -> FrameType.PREDICTION_ARRIVED;
      case LoopEvent.PredictionFailed e -> FrameType.PREDICTION_FAILED;
      case LoopEvent.VenueReported e -> FrameType.VENUE_REPORTED;
      case LoopEvent.FeedbackTaken e -> FrameType.FEEDBACK_TAKEN;
      case LoopEvent.ModelChanged e -> FrameType.MODEL_CHANGED;
      case LoopEvent.OperatorCommanded e -> FrameType.OPERATOR_COMMANDED;
      case LoopEvent.FeedChanged e -> FrameType.FEED_CHANGED;
      case LoopEvent.FeedEnded e -> FrameType.FEED_ENDED;
    };
  }

  static void write(LoopEvent event, TlvWriter to) {
    switch (event) {
      case LoopEvent.MarketData market -> MarketEventCodec.write(market.event(), to);
      case LoopEvent.PredictionArrived arrived -> {
        writePrediction(arrived.prediction(), to);
        to.putLong(JournalTags.LATENCY_NS, arrived.latencyNs());
      }
      case LoopEvent.PredictionFailed failed ->
          to.putLong(JournalTags.PREDICTION_ID, failed.predictionId())
              .putString(JournalTags.REASON, failed.reason());
      case LoopEvent.VenueReported reported -> writeReport(reported.report(), to);
      case LoopEvent.FeedbackTaken taken ->
          to.putLong(JournalTags.PREDICTION_ID, taken.predictionId())
              .putString(JournalTags.FEEDBACK_OUTCOME, taken.outcome())
              .putLong(JournalTags.UPDATES, taken.updates());
      case LoopEvent.ModelChanged changed ->
          to.putString(JournalTags.CHANGE, changed.kind().name())
              .putString(JournalTags.MODEL, changed.model())
              .putString(JournalTags.MODEL_VERSION, changed.version())
              .putString(JournalTags.MODEL_DIGEST, changed.digest())
              .putString(JournalTags.PREVIOUS_VERSION, changed.previousVersion())
              .putLong(JournalTags.MODEL_EPOCH, changed.epoch())
              .putString(JournalTags.REASON, changed.reason());
      case LoopEvent.OperatorCommanded commanded ->
          to.putString(JournalTags.OPERATOR_COMMAND, commanded.command().name())
              .putString(JournalTags.ACTOR, commanded.actor())
              .putString(JournalTags.REASON, commanded.reason());
      case LoopEvent.FeedChanged changed ->
          to.putBoolean(JournalTags.FEED_LIVE, changed.live())
              .putString(JournalTags.REASON, changed.detail());
      case LoopEvent.FeedEnded ended -> { // The frame says it all.
      }
    }
  }

  /**
   * The event of a frame.
   *
   * @throws TlvException if it is none
   */
  static LoopEvent read(Frame frame) {
    long timeNs = frame.timestampNs();
    TlvReader payload = new TlvReader(frame.payload());
    if (FrameType.market(frame.type())) {
      return new LoopEvent.MarketData(timeNs, MarketEventCodec.read(payload));
    }
    TlvFields from = new TlvFields(JournalTags.FIRST, JournalTags.LAST).scan(payload);
    return switch (frame.type()) {
      case FrameType.PREDICTION_ARRIVED ->
          new LoopEvent.PredictionArrived(
              timeNs, readPrediction(from), from.number(JournalTags.LATENCY_NS));
      case FrameType.PREDICTION_FAILED ->
          new LoopEvent.PredictionFailed(
              timeNs, from.number(JournalTags.PREDICTION_ID), from.text(JournalTags.REASON));
      case FrameType.VENUE_REPORTED ->
          new LoopEvent.VenueReported(timeNs, readReport(from, payload));
      case FrameType.FEEDBACK_TAKEN ->
          new LoopEvent.FeedbackTaken(
              timeNs,
              from.number(JournalTags.PREDICTION_ID),
              from.text(JournalTags.FEEDBACK_OUTCOME),
              from.number(JournalTags.UPDATES));
      case FrameType.MODEL_CHANGED ->
          new LoopEvent.ModelChanged(
              timeNs,
              from.constant(JournalTags.CHANGE, LoopEvent.ModelChanged.Kind.class),
              from.text(JournalTags.MODEL),
              from.text(JournalTags.MODEL_VERSION),
              from.text(JournalTags.MODEL_DIGEST),
              from.text(JournalTags.PREVIOUS_VERSION),
              from.number(JournalTags.MODEL_EPOCH),
              from.text(JournalTags.REASON));
      case FrameType.OPERATOR_COMMANDED ->
          new LoopEvent.OperatorCommanded(
              timeNs,
              from.constant(JournalTags.OPERATOR_COMMAND, OperatorCommand.class),
              from.text(JournalTags.ACTOR),
              from.text(JournalTags.REASON));
      case FrameType.FEED_CHANGED ->
          new LoopEvent.FeedChanged(
              timeNs, from.flag(JournalTags.FEED_LIVE), from.text(JournalTags.REASON));
      case FrameType.FEED_ENDED -> new LoopEvent.FeedEnded(timeNs);
      default -> throw new TlvException("frame type " + frame.type() + " is no event", 0, 0);
    };
  }

  static void writePrediction(Prediction prediction, TlvWriter to) {
    to.putLong(JournalTags.PREDICTION_ID, prediction.id())
        .putInt(JournalTags.INSTRUMENT, prediction.instrument())
        .putLong(JournalTags.BAR_TIME_NS, prediction.barTimeNs())
        .putString(JournalTags.MODEL, prediction.model())
        .putString(JournalTags.MODEL_VERSION, prediction.version())
        .putString(JournalTags.MODEL_DIGEST, prediction.digest())
        .putLong(JournalTags.MODEL_EPOCH, prediction.epoch())
        .putFloats(
            JournalTags.SAYS,
            new float[] {
              prediction.sell(), prediction.hold(), prediction.buy(), prediction.expectedReturn()
            });
    ModelDoubt doubt = prediction.doubt();
    if (doubt.hasUncertainty()) {
      to.putDouble(JournalTags.UNCERTAINTY, doubt.uncertainty());
    }
    if (doubt.hasReconstructionError()) {
      to.putDouble(JournalTags.RECONSTRUCTION_ERROR, doubt.reconstructionError());
    }
  }

  static Prediction readPrediction(TlvFields from) {
    float[] says = from.floats(JournalTags.SAYS);
    if (says.length != 4) {
      throw new TlvException("floats=" + says.length + ", expected 4", JournalTags.SAYS, 0);
    }
    return new Prediction(
        from.number(JournalTags.PREDICTION_ID),
        from.integer(JournalTags.INSTRUMENT),
        from.number(JournalTags.BAR_TIME_NS),
        from.text(JournalTags.MODEL),
        from.text(JournalTags.MODEL_VERSION),
        from.text(JournalTags.MODEL_DIGEST),
        from.number(JournalTags.MODEL_EPOCH),
        says[0],
        says[1],
        says[2],
        says[3],
        new ModelDoubt(
            doubt(from, JournalTags.UNCERTAINTY), doubt(from, JournalTags.RECONSTRUCTION_ERROR)));
  }

  /** NaN where the field is not there: the model did not answer it, or Neo did not read it yet. */
  private static float doubt(TlvFields from, int tag) {
    if (!from.has(tag)) {
      return Float.NaN;
    }
    float value = (float) from.real(tag);
    if (!(value >= 0 && value < Float.POSITIVE_INFINITY)) {
      throw from.at(tag).wrong("value=" + value + ", expected a finite number of zero or more");
    }
    return value;
  }

  private static void writeReport(ExecutionReport report, TlvWriter to) {
    to.putString(JournalTags.CLIENT_ORDER_ID, report.clientOrderId())
        .putLong(JournalTags.REPORT_TIME_NS, report.timeNs());
    switch (report) {
      case ExecutionReport.Acknowledged r -> to.putByte(JournalTags.REPORT_KIND, ACKNOWLEDGED);
      case ExecutionReport.Rejected r -> writeEnd(REJECTED, r.reason(), to);
      case ExecutionReport.Filled r -> {
        to.putByte(JournalTags.REPORT_KIND, FILLED).putBoolean(JournalTags.COMPLETE, r.complete());
        FillCodec.write(r.fill(), to);
      }
      case ExecutionReport.Cancelled r -> writeEnd(CANCELLED, r.reason(), to);
      case ExecutionReport.Expired r -> writeEnd(EXPIRED, r.reason(), to);
      case ExecutionReport.OutcomeUnknown r -> writeEnd(OUTCOME_UNKNOWN, r.reason(), to);
    }
  }

  private static void writeEnd(int kind, String reason, TlvWriter to) {
    to.putByte(JournalTags.REPORT_KIND, kind).putString(JournalTags.REASON, reason);
  }

  private static ExecutionReport readReport(TlvFields from, TlvReader payload) {
    String order = from.text(JournalTags.CLIENT_ORDER_ID);
    long timeNs = from.number(JournalTags.REPORT_TIME_NS);
    int kind = from.integer(JournalTags.REPORT_KIND);
    if (kind == ACKNOWLEDGED) {
      return new ExecutionReport.Acknowledged(order, timeNs);
    }
    if (kind == FILLED) {
      boolean complete = from.flag(JournalTags.COMPLETE);
      return new ExecutionReport.Filled(FillCodec.read(payload), complete, timeNs);
    }
    String reason = from.text(JournalTags.REASON);
    return switch (kind) {
      case REJECTED -> new ExecutionReport.Rejected(order, timeNs, reason);
      case CANCELLED -> new ExecutionReport.Cancelled(order, timeNs, reason);
      case EXPIRED -> new ExecutionReport.Expired(order, timeNs, reason);
      case OUTCOME_UNKNOWN -> new ExecutionReport.OutcomeUnknown(order, timeNs, reason);
      default -> throw new TlvException("report kind " + kind, JournalTags.REPORT_KIND, 0);
    };
  }
}
