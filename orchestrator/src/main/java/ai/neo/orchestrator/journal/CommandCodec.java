package ai.neo.orchestrator.journal;

import ai.neo.orchestrator.strategy.Action;
import ai.neo.orchestrator.trading.Decision;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.nio.ByteBuffer;

/** What the loop says, as payloads. The frame's timestamp is the command's time. */
final class CommandCodec {
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

  static void write(LoopCommand command, ByteBuffer target) {
    FieldWriter to = new FieldWriter(target);
    switch (command) {
      case LoopCommand.Predict predict ->
          to.number(1, predict.predictionId())
              .number(2, predict.instrument())
              .reals(3, predict.features())
              .number(4, predict.deadlineNs());
      case LoopCommand.Submit submit -> writeOrder(submit.order(), to);
      case LoopCommand.Cancel cancel -> to.text(1, cancel.clientOrderId());
      case LoopCommand.Learn learn -> {
        EventCodec.writePrediction(learn.prediction(), to);
        to.reals(10, learn.features())
            .oneOf(11, learn.label())
            .reals(12, new float[] {learn.forwardReturn()});
      }
      case LoopCommand.Decide decide -> writeDecision(decide.decision(), to);
      case LoopCommand.Alert alert -> to.oneOf(1, alert.severity()).text(2, alert.text());
    }
  }

  static LoopCommand read(Frame frame) {
    FieldReader from = new FieldReader(frame.payload());
    long timeNs = frame.timestampNs();
    return switch (frame.type()) {
      case FrameType.PREDICT ->
          new LoopCommand.Predict(
              timeNs, from.number(1), from.integer(2), from.reals(3), from.number(4));
      case FrameType.SUBMIT -> new LoopCommand.Submit(timeNs, readOrder(from));
      case FrameType.CANCEL -> new LoopCommand.Cancel(timeNs, from.text(1));
      case FrameType.LEARN ->
          new LoopCommand.Learn(
              timeNs,
              EventCodec.readPrediction(from),
              from.reals(10),
              from.oneOf(11, Action.class),
              from.reals(12)[0]);
      case FrameType.DECIDE -> new LoopCommand.Decide(timeNs, readDecision(timeNs, from));
      case FrameType.ALERT ->
          new LoopCommand.Alert(
              timeNs, from.oneOf(1, LoopCommand.Alert.Severity.class), from.text(2));
      default -> throw new IllegalStateException("frame type " + frame.type() + " is no command");
    };
  }

  private static void writeOrder(Order order, FieldWriter to) {
    to.text(1, order.clientOrderId())
        .number(2, order.instrument())
        .text(3, order.strategy())
        .oneOf(4, order.side())
        .oneOf(5, order.type())
        .number(6, order.quantityE8())
        .number(7, order.limitPriceE8())
        .flag(8, order.reduceOnly())
        .number(9, order.decisionId())
        .number(10, order.createdNs());
  }

  private static Order readOrder(FieldReader from) {
    return new Order(
        from.text(1),
        from.integer(2),
        from.text(3),
        from.oneOf(4, Side.class),
        from.oneOf(5, OrderType.class),
        from.number(6),
        from.number(7),
        from.flag(8),
        from.number(9),
        from.number(10));
  }

  private static void writeDecision(Decision decision, FieldWriter to) {
    to.number(1, decision.id())
        .number(2, decision.instrument())
        .text(3, decision.strategy())
        .oneOf(4, decision.action())
        .text(5, decision.reason())
        .number(6, decision.predictionId())
        .text(7, decision.modelVersion())
        .real(8, decision.confidence())
        .flag(9, decision.fallback())
        .text(14, decision.clientOrderId());
    switch (decision.verdict()) {
      case Decision.Verdict.None none -> to.number(10, 0);
      case Decision.Verdict.Approved approved -> to.number(10, 1);
      case Decision.Verdict.Refused(String rule, String limit, String observed) ->
          to.number(10, 2).text(11, rule).text(12, limit).text(13, observed);
    }
  }

  private static Decision readDecision(long timeNs, FieldReader from) {
    Decision.Verdict verdict =
        switch (from.integer(10)) {
          case 0 -> new Decision.Verdict.None();
          case 1 -> new Decision.Verdict.Approved();
          default -> new Decision.Verdict.Refused(from.text(11), from.text(12), from.text(13));
        };
    return new Decision(
        from.number(1),
        timeNs,
        from.integer(2),
        from.text(3),
        from.oneOf(4, Action.class),
        from.text(5),
        from.number(6),
        from.text(7),
        from.real(8),
        from.flag(9),
        verdict,
        from.text(14));
  }
}
