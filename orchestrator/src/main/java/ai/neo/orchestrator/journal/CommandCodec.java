package ai.neo.orchestrator.journal;

import ai.neo.orchestrator.strategy.Action;
import ai.neo.orchestrator.trading.Decision;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.tradingtypes.encoding.OrderCodec;
import ai.neo.tradingtypes.encoding.TlvException;
import ai.neo.tradingtypes.encoding.TlvFields;
import ai.neo.tradingtypes.encoding.TlvReader;
import ai.neo.tradingtypes.encoding.TlvWriter;

/** What the loop says, as payloads. The frame's timestamp is the command's time. */
final class CommandCodec {
  private static final int NONE = 0;
  private static final int APPROVED = 1;
  private static final int REFUSED = 2;

  private CommandCodec() {}

  static int type(LoopCommand command) {
    return switch (command) {
      case LoopCommand.Predict c -> FrameType.PREDICT;
      case LoopCommand.Submit c -> FrameType.SUBMIT;
      case LoopCommand.Cancel c -> FrameType.CANCEL;
      case LoopCommand.Learn c -> FrameType.LEARN;
      case LoopCommand.Decide c -> FrameType.DECIDE;
      case LoopCommand.Alert c -> FrameType.ALERT;
    };
  }

  static void write(LoopCommand command, TlvWriter to) {
    switch (command) {
      case LoopCommand.Predict predict ->
          to.putLong(JournalTags.PREDICTION_ID, predict.predictionId())
              .putInt(JournalTags.INSTRUMENT, predict.instrument())
              .putFloats(JournalTags.FEATURES, predict.features())
              .putLong(JournalTags.DEADLINE_NS, predict.deadlineNs());
      case LoopCommand.Submit submit -> OrderCodec.write(submit.order(), to);
      case LoopCommand.Cancel cancel ->
          to.putString(JournalTags.CLIENT_ORDER_ID, cancel.clientOrderId());
      case LoopCommand.Learn learn -> {
        EventCodec.writePrediction(learn.prediction(), to);
        to.putFloats(JournalTags.FEATURES, learn.features())
            .putString(JournalTags.LABEL, learn.label().name())
            .putDouble(JournalTags.FORWARD_RETURN, learn.forwardReturn());
      }
      case LoopCommand.Decide decide -> writeDecision(decide.decision(), to);
      case LoopCommand.Alert alert ->
          to.putString(JournalTags.SEVERITY, alert.severity().name())
              .putString(JournalTags.REASON, alert.text());
    }
  }

  /**
   * The command of a frame.
   *
   * @throws TlvException if it is none
   */
  static LoopCommand read(Frame frame) {
    TlvReader payload = new TlvReader(frame.payload());
    long timeNs = frame.timestampNs();
    if (frame.type() == FrameType.SUBMIT) {
      return new LoopCommand.Submit(timeNs, OrderCodec.read(payload));
    }
    TlvFields from = new TlvFields(JournalTags.FIRST, JournalTags.LAST).scan(payload);
    return switch (frame.type()) {
      case FrameType.PREDICT ->
          new LoopCommand.Predict(
              timeNs,
              from.number(JournalTags.PREDICTION_ID),
              from.integer(JournalTags.INSTRUMENT),
              from.floats(JournalTags.FEATURES),
              from.number(JournalTags.DEADLINE_NS));
      case FrameType.CANCEL ->
          new LoopCommand.Cancel(timeNs, from.text(JournalTags.CLIENT_ORDER_ID));
      case FrameType.LEARN ->
          new LoopCommand.Learn(
              timeNs,
              EventCodec.readPrediction(from),
              from.floats(JournalTags.FEATURES),
              from.constant(JournalTags.LABEL, Action.class),
              (float) from.real(JournalTags.FORWARD_RETURN));
      case FrameType.DECIDE -> new LoopCommand.Decide(timeNs, readDecision(timeNs, from));
      case FrameType.ALERT ->
          new LoopCommand.Alert(
              timeNs,
              from.constant(JournalTags.SEVERITY, LoopCommand.Alert.Severity.class),
              from.text(JournalTags.REASON));
      default -> throw new TlvException("frame type " + frame.type() + " is no command", 0, 0);
    };
  }

  private static void writeDecision(Decision decision, TlvWriter to) {
    to.putLong(JournalTags.DECISION_ID, decision.id())
        .putInt(JournalTags.INSTRUMENT, decision.instrument())
        .putString(JournalTags.STRATEGY, decision.strategy())
        .putString(JournalTags.ACTION, decision.action().name())
        .putString(JournalTags.REASON, decision.reason())
        .putLong(JournalTags.PREDICTION_ID, decision.predictionId())
        .putString(JournalTags.MODEL_VERSION, decision.modelVersion())
        .putDouble(JournalTags.CONFIDENCE, decision.confidence())
        .putBoolean(JournalTags.FALLBACK, decision.fallback())
        .putString(JournalTags.CLIENT_ORDER_ID, decision.clientOrderId());
    switch (decision.verdict()) {
      case Decision.Verdict.None none -> to.putByte(JournalTags.VERDICT, NONE);
      case Decision.Verdict.Approved approved -> to.putByte(JournalTags.VERDICT, APPROVED);
      case Decision.Verdict.Refused(String rule, String limit, String observed) ->
          to.putByte(JournalTags.VERDICT, REFUSED)
              .putString(JournalTags.RULE, rule)
              .putString(JournalTags.LIMIT, limit)
              .putString(JournalTags.OBSERVED, observed);
    }
  }

  private static Decision readDecision(long timeNs, TlvFields from) {
    int verdict = from.integer(JournalTags.VERDICT);
    return new Decision(
        from.number(JournalTags.DECISION_ID),
        timeNs,
        from.integer(JournalTags.INSTRUMENT),
        from.text(JournalTags.STRATEGY),
        from.constant(JournalTags.ACTION, Action.class),
        from.text(JournalTags.REASON),
        from.number(JournalTags.PREDICTION_ID),
        from.text(JournalTags.MODEL_VERSION),
        from.real(JournalTags.CONFIDENCE),
        from.flag(JournalTags.FALLBACK),
        switch (verdict) {
          case NONE -> new Decision.Verdict.None();
          case APPROVED -> new Decision.Verdict.Approved();
          case REFUSED ->
              new Decision.Verdict.Refused(
                  from.text(JournalTags.RULE),
                  from.text(JournalTags.LIMIT),
                  from.text(JournalTags.OBSERVED));
          default -> throw new TlvException("verdict " + verdict, JournalTags.VERDICT, 0);
        },
        from.text(JournalTags.CLIENT_ORDER_ID));
  }
}
