package ai.neo.orchestrator.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.strategy.Action;
import ai.neo.orchestrator.trading.Decision;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Side;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunLogTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final AtomicLong nowNs = new AtomicLong(1);
  private RunLog log;

  @BeforeEach
  void open() {
    Logger logger = context.getLogger("test");
    logger.setLevel(Level.INFO);
    lines.setContext(context);
    lines.start();
    logger.addAppender(lines);
    log = new RunLog(logger, List.of("BTC"), nowNs::get);
  }

  @Test
  void orderAndFillCarryTheIdsOfAllThatLedToThem() {
    log.said(
        new LoopCommand.Decide(1, decision(new Decision.Verdict.Approved(), "neo-1-1")), TRACE);
    log.said(new LoopCommand.Submit(1, order("neo-1-1")), TRACE);
    log.heard(new LoopEvent.VenueReported(2, filled("neo-1-1")), TRACE);
    assertThat(lines.list)
        .extracting(ILoggingEvent::getMessage)
        .containsExactly("order sent", "fill");
    for (ILoggingEvent line : lines.list) {
      assertThat(keys(line))
          .containsEntry("order_id", "neo-1-1")
          .containsEntry("decision_id", "12")
          .containsEntry("prediction_id", "34")
          .containsEntry("model_version", "5")
          .containsEntry("trace_id", TRACE)
          .containsEntry("instrument", "BTC");
    }
    assertThat(keys(lines.list.getLast()))
        .containsEntry("trade_id", "t1")
        .containsEntry("fee", "0.1");
  }

  @Test
  void aRefusalThatRepeatsIsWrittenAFewTimesAndThenCounted() {
    Decision refused = decision(new Decision.Verdict.Refused("order-rate", "60", "61"), "");
    for (int i = 0; i < 1000; i++) {
      log.said(new LoopCommand.Decide(1, refused), "");
    }
    assertThat(lines.list).hasSize(3);
    assertThat(keys(lines.list.getFirst()))
        .containsEntry("rule", "order-rate")
        .containsEntry("limit", "60")
        .containsEntry("observed", "61")
        .containsEntry("decision_id", "12")
        .doesNotContainKey("trace_id");
    nowNs.addAndGet(11_000_000_000L);
    log.said(new LoopCommand.Decide(1, refused), "");
    assertThat(keys(lines.list.getLast())).containsEntry("left_out", "997");
    for (int i = 0; i < 12; i++) {
      log.said(new LoopCommand.Decide(1, refused), "");
    }
    log.close();
    assertThat(lines.list.getLast().getMessage()).contains("left out");
    assertThat(keys(lines.list.getLast())).containsEntry("left_out", "10");
  }

  @Test
  void swapsAndRollbacksNameBothVersions() {
    log.heard(changed(LoopEvent.ModelChanged.Kind.PROMOTED), "");
    log.heard(changed(LoopEvent.ModelChanged.Kind.ROLLED_BACK), "");
    assertThat(lines.list)
        .extracting(ILoggingEvent::getMessage)
        .containsExactly("model swapped", "model rolled back");
    assertThat(lines.list)
        .allSatisfy(
            line ->
                assertThat(keys(line))
                    .containsEntry("model_version", "5")
                    .containsEntry("previous_version", "4")
                    .containsEntry("digest", "abc")
                    .containsEntry("epoch", "2"));
  }

  @Test
  void ticksPredictionsAndDecisionsToHoldAreNotThereAtInfo() {
    log.heard(new LoopEvent.MarketData(new Quote(0, 1, 100, 1, 101, 1)), "");
    log.said(new LoopCommand.Decide(1, decision(new Decision.Verdict.None(), "")), "");
    log.heard(new LoopEvent.FeedbackTaken(1, 1, "LEARNED", 1), "");
    assertThat(lines.list).isEmpty();
  }

  @Test
  void aGatewayThatIsAwayIsToldOfThreeTimes() {
    for (int i = 1; i <= 500; i++) {
      log.heard(new LoopEvent.PredictionFailed(1, i, "gateway UNAVAILABLE"), "");
    }
    assertThat(lines.list)
        .hasSize(3)
        .allSatisfy(line -> assertThat(keys(line)).containsKey("prediction_id"));
  }

  private static Map<String, String> keys(ILoggingEvent line) {
    return line.getKeyValuePairs().stream()
        .collect(Collectors.toMap(pair -> pair.key, pair -> String.valueOf(pair.value)));
  }

  private static LoopEvent changed(LoopEvent.ModelChanged.Kind kind) {
    return new LoopEvent.ModelChanged(1, kind, "direction", "5", "abc", "4", 2, "better");
  }

  private static Decision decision(Decision.Verdict verdict, String orderId) {
    return new Decision(
        12, 1, 0, "model", Action.BUY, "because", 34, "5", 0.6, false, verdict, orderId);
  }

  private static Order order(String id) {
    return new Order(id, 0, "model", Side.BUY, OrderType.MARKET, E8.ONE, 0, false, 12, 1);
  }

  private static ExecutionReport filled(String id) {
    return new ExecutionReport.Filled(
        new Fill("t1", id, 0, "model", Side.BUY, E8.ONE, E8.ONE, E8.ONE / 10, 2), true, 2);
  }
}
