package ai.neo.orchestrator.journal;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.OperatorCommand;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Side;
import ai.neo.tradingtypes.Trade;
import java.nio.ByteBuffer;

/** What the loop hears, as payloads. The frame's timestamp is the event's time. */
final class EventCodec {
  /** Of market data: when it happened, where that is not when it was heard. */
  private static final int HAPPENED_NS = 15;

  private EventCodec() {}

  static int type(LoopEvent event) {
    return switch (event) {
      case LoopEvent.MarketData market -> type(market.event());
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

  private static int type(MarketEvent event) {
    return switch (event) {
      case Bar bar -> FrameType.BAR;
      case Trade trade -> FrameType.TRADE;
      case Quote quote -> FrameType.QUOTE;
      case BookChange change -> FrameType.BOOK_CHANGE;
    };
  }

  static void write(LoopEvent event, ByteBuffer target) {
    FieldWriter to = new FieldWriter(target);
    switch (event) {
      case LoopEvent.MarketData market -> {
        writeMarket(market.event(), to);
        if (market.event().timeNs() != market.timeNs()) {
          to.number(HAPPENED_NS, market.event().timeNs());
        }
      }
      case LoopEvent.PredictionArrived arrived -> {
        writePrediction(arrived.prediction(), to);
        to.number(20, arrived.latencyNs());
      }
      case LoopEvent.PredictionFailed failed ->
          to.number(1, failed.predictionId()).text(2, failed.reason());
      case LoopEvent.VenueReported reported -> writeReport(reported.report(), to);
      case LoopEvent.FeedbackTaken taken ->
          to.number(1, taken.predictionId()).text(2, taken.outcome()).number(3, taken.updates());
      case LoopEvent.ModelChanged c ->
          to.oneOf(1, c.kind())
              .text(2, c.model())
              .text(3, c.version())
              .text(4, c.digest())
              .text(5, c.previousVersion())
              .number(6, c.epoch())
              .text(7, c.reason());
      case LoopEvent.OperatorCommanded c ->
          to.oneOf(1, c.command()).text(2, c.actor()).text(3, c.reason());
      case LoopEvent.FeedChanged c -> to.flag(1, c.live()).text(2, c.detail());
      case LoopEvent.FeedEnded ended -> { // The frame says it all.
      }
    }
  }

  static LoopEvent read(Frame frame) {
    FieldReader from = new FieldReader(frame.payload());
    long timeNs = frame.timestampNs();
    return switch (frame.type()) {
      case FrameType.BAR, FrameType.TRADE, FrameType.QUOTE, FrameType.BOOK_CHANGE ->
          new LoopEvent.MarketData(
              timeNs, readMarket(frame.type(), from.number(HAPPENED_NS, timeNs), from));
      case FrameType.PREDICTION_ARRIVED ->
          new LoopEvent.PredictionArrived(timeNs, readPrediction(from), from.number(20));
      case FrameType.PREDICTION_FAILED ->
          new LoopEvent.PredictionFailed(timeNs, from.number(1), from.text(2));
      case FrameType.VENUE_REPORTED -> new LoopEvent.VenueReported(timeNs, readReport(from));
      case FrameType.FEEDBACK_TAKEN ->
          new LoopEvent.FeedbackTaken(timeNs, from.number(1), from.text(2), from.number(3));
      case FrameType.MODEL_CHANGED ->
          new LoopEvent.ModelChanged(
              timeNs,
              from.oneOf(1, LoopEvent.ModelChanged.Kind.class),
              from.text(2),
              from.text(3),
              from.text(4),
              from.text(5),
              from.number(6),
              from.text(7));
      case FrameType.OPERATOR_COMMANDED ->
          new LoopEvent.OperatorCommanded(
              timeNs, from.oneOf(1, OperatorCommand.class), from.text(2), from.text(3));
      case FrameType.FEED_CHANGED -> new LoopEvent.FeedChanged(timeNs, from.flag(1), from.text(2));
      case FrameType.FEED_ENDED -> new LoopEvent.FeedEnded(timeNs);
      default -> throw new IllegalStateException("frame type " + frame.type() + " is no event");
    };
  }

  private static void writeMarket(MarketEvent event, FieldWriter to) {
    to.number(1, event.instrument());
    switch (event) {
      case Bar bar ->
          to.number(2, bar.openTimeNs())
              .number(3, bar.openE8())
              .number(4, bar.highE8())
              .number(5, bar.lowE8())
              .number(6, bar.closeE8())
              .number(7, bar.volumeE8());
      case Trade trade ->
          to.number(2, trade.tradeId())
              .number(3, trade.priceE8())
              .number(4, trade.quantityE8())
              .oneOf(5, trade.aggressor());
      case Quote quote ->
          to.number(2, quote.bidPriceE8())
              .number(3, quote.bidQuantityE8())
              .number(4, quote.askPriceE8())
              .number(5, quote.askQuantityE8());
      case BookChange change ->
          to.oneOf(2, change.side())
              .number(3, change.priceE8())
              .number(4, change.quantityE8())
              .flag(5, change.last());
    }
  }

  private static MarketEvent readMarket(int type, long timeNs, FieldReader from) {
    int instrument = from.integer(1);
    return switch (type) {
      case FrameType.BAR ->
          new Bar(
              instrument,
              from.number(2),
              timeNs,
              from.number(3),
              from.number(4),
              from.number(5),
              from.number(6),
              from.number(7));
      case FrameType.TRADE ->
          new Trade(
              instrument,
              timeNs,
              from.number(2),
              from.number(3),
              from.number(4),
              from.oneOf(5, Side.class));
      case FrameType.QUOTE ->
          new Quote(
              instrument, timeNs, from.number(2), from.number(3), from.number(4), from.number(5));
      default ->
          new BookChange(
              instrument,
              timeNs,
              from.oneOf(2, Side.class),
              from.number(3),
              from.number(4),
              from.flag(5));
    };
  }

  static void writePrediction(Prediction prediction, FieldWriter to) {
    to.number(1, prediction.id())
        .number(2, prediction.instrument())
        .number(3, prediction.barTimeNs())
        .text(4, prediction.model())
        .text(5, prediction.version())
        .text(6, prediction.digest())
        .number(7, prediction.epoch())
        .reals(
            8,
            new float[] {
              prediction.sell(), prediction.hold(), prediction.buy(), prediction.expectedReturn()
            });
  }

  static Prediction readPrediction(FieldReader from) {
    float[] says = from.reals(8);
    return new Prediction(
        from.number(1),
        from.integer(2),
        from.number(3),
        from.text(4),
        from.text(5),
        from.text(6),
        from.number(7),
        says[0],
        says[1],
        says[2],
        says[3]);
  }

  private static void writeReport(ExecutionReport report, FieldWriter to) {
    to.text(2, report.clientOrderId()).number(3, report.timeNs());
    switch (report) {
      case ExecutionReport.Acknowledged r -> to.number(1, 0);
      case ExecutionReport.Rejected r -> to.number(1, 1).text(4, r.reason());
      case ExecutionReport.Filled r -> {
        to.number(1, 2).flag(5, r.complete());
        Fill fill = r.fill();
        to.text(6, fill.tradeId())
            .number(7, fill.instrument())
            .text(8, fill.strategy())
            .oneOf(9, fill.side())
            .number(10, fill.priceE8())
            .number(11, fill.quantityE8())
            .number(12, fill.feeE8())
            .number(13, fill.timeNs());
      }
      case ExecutionReport.Cancelled r -> to.number(1, 3).text(4, r.reason());
      case ExecutionReport.Expired r -> to.number(1, 4).text(4, r.reason());
      case ExecutionReport.OutcomeUnknown r -> to.number(1, 5).text(4, r.reason());
    }
  }

  private static ExecutionReport readReport(FieldReader from) {
    String order = from.text(2);
    long timeNs = from.number(3);
    int kind = from.integer(1);
    return switch (kind) {
      case 0 -> new ExecutionReport.Acknowledged(order, timeNs);
      case 1 -> new ExecutionReport.Rejected(order, timeNs, from.text(4));
      case 2 ->
          new ExecutionReport.Filled(
              new Fill(
                  from.text(6),
                  order,
                  from.integer(7),
                  from.text(8),
                  from.oneOf(9, Side.class),
                  from.number(10),
                  from.number(11),
                  from.number(12),
                  from.number(13)),
              from.flag(5),
              timeNs);
      case 3 -> new ExecutionReport.Cancelled(order, timeNs, from.text(4));
      case 4 -> new ExecutionReport.Expired(order, timeNs, from.text(4));
      case 5 -> new ExecutionReport.OutcomeUnknown(order, timeNs, from.text(4));
      default -> throw new IllegalStateException("execution report kind " + kind);
    };
  }
}
