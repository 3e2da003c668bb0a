package ai.neo.orchestrator.running;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.execution.simulated.SimulatedOrderVenue;
import ai.neo.orchestrator.execution.simulated.SimulatedVenueSettings;
import ai.neo.orchestrator.journal.JournaledRun;
import ai.neo.orchestrator.journal.Replay;
import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.marketdata.binance.BinanceMarketData;
import ai.neo.orchestrator.marketdata.binance.StandInVenue;
import ai.neo.orchestrator.strategy.ModelStrategy;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.Decision;
import ai.neo.orchestrator.trading.DecisionDigest;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.LoopParts;
import ai.neo.orchestrator.trading.LoopSettings;
import ai.neo.orchestrator.trading.OperatorCommand;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.riskrules.ModelDoubt;
import ai.neo.riskrules.RiskLimits;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Trade;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The loop on a venue's recorded stream, over real connections; the clock is the test's. */
@Timeout(120)
class LiveRunTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;
  private static final long MINUTE = 60 * SECOND;
  private static final int WARM_UP = 60;
  private static final String LIMITS =
      """
      max_order_notional: 50000
      max_position_notional: 90000
      max_gross_exposure: 200000
      max_orders_per_minute: 60
      price_collar_bps: 2000
      max_daily_loss: 50000
      max_drawdown: 0.9
      min_confidence: 0.4
      max_volatility: 10
      max_data_age_ms: 90000
      max_order_quantity: 1000000
      duplicate_window_ms: 1000
      """;

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicLong clock = new AtomicLong(1_723_161_240L * SECOND + 3 * SECOND);
  private StandInVenue venue;

  @BeforeEach
  void openVenue() throws Exception {
    venue =
        new StandInVenue(
            vertx,
            () -> clock.get() / MS,
            0,
            StandInVenue.SAMPLE,
            LiveRunTest.class.getResourceAsStream("/marketdata/btcusdt-book-excerpt.txt"));
  }

  @AfterEach
  void closeVenue() throws Exception {
    venue.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void tradesWhileTheFeedIsLiveAndEntersNothingWhileItIsNot() throws Exception {
    try (Session session = new Session(directory)) {
      session.start();
      venue.awaitConnection();
      venue.playFrames();
      session.await("live", run -> run.live());
      assertThat(session.bars().size()).isEqualTo(WARM_UP);

      session.minutes(12);
      session.await("fills", run -> run.fills > 2);
      long ordersBefore = session.run.loop().counters().orders();

      venue.refuseBooks(true);
      venue.dropAndRefuse();
      session.await("the loss", run -> !run.live());
      clock.addAndGet(5 * MINUTE);
      venue.acceptAgain();
      venue.awaitConnection();
      venue.playFrames();
      session.awaitBars(WARM_UP + 12 + 5);
      session.minutes(4);
      assertThat(session.run.loop().counters().refusedByRule())
          .as("of %s", session.decisions)
          .containsKey("halted");
      assertThat(session.entriesSince(ordersBefore)).isZero();

      venue.refuseBooks(false);
      session.await("live again", run -> run.live());
      session.minutes(6);
      session.await("entries", run -> run.entriesSince(ordersBefore) > 0);

      session.stop();
      assertThat(session.feed()).containsExactly(false, true, false, true);
      assertThat(session.barMinutesAreWhole()).isTrue();
      assertThat(session.trades()).as("each trade once").doesNotHaveDuplicates();
      assertThat(session.timesStepBack).isZero();
    }
    assertReplayed();
  }

  @Test
  void silenceIsTakenForALoss() throws Exception {
    try (Session session = new Session(directory)) {
      session.start();
      venue.awaitConnection();
      venue.playFrames();
      session.await("live", run -> run.live());
      clock.addAndGet(91 * SECOND);
      session.await("silence", run -> !run.live());
      assertThat(session.lastFeedDetail()).contains("nothing heard for");
      venue.sayClosedMinute();
      session.await("heard again", run -> run.live());
    }
  }

  @Test
  void anAnswerThatComesTooLateIsAFallback() throws Exception {
    try (Session session = new Session(directory)) {
      session.model.hold();
      session.start();
      venue.awaitConnection();
      venue.playFrames();
      session.await("live", run -> run.live());
      clock.addAndGet(MINUTE);
      venue.sayClosedMinute();
      session.await("a question", run -> run.asked > 0);
      clock.addAndGet(2 * SECOND);
      session.await("a fallback", run -> run.run.loop().counters().fallbacks() == 1);
      session.model.release();
      session.stop();
    }
    assertReplayed();
  }

  @Test
  void aRestartGoesOnWhereItWasAndFetchesWhatItMissed() throws Exception {
    long heldBefore;
    long barsBefore;
    try (Session session = new Session(directory)) {
      session.start();
      venue.awaitConnection();
      venue.playFrames();
      session.await("live", run -> run.live());
      session.minutes(9);
      session.command(OperatorCommand.HALT);
      session.await(
          "the halt", run -> run.run.loop().state() == ai.neo.riskrules.TradingState.HALTED);
      session.stop();
      heldBefore = session.run.loop().portfolio().quantityE8(0);
      barsBefore = session.run.loop().counters().bars();
    }
    clock.addAndGet(3 * MINUTE);
    try (Session session = new Session(directory)) {
      session.recover();
      assertThat(session.run.loop().portfolio().quantityE8(0)).isEqualTo(heldBefore);
      session.start();
      venue.awaitConnection();
      venue.playFrames();
      session.await("live", run -> run.live());
      session.stop();
      assertThat(session.run.loop().counters().bars()).isEqualTo(barsBefore + 3);
      assertThat(session.run.loop().state()).isEqualTo(ai.neo.riskrules.TradingState.HALTED);
      assertThat(session.barMinutesAreWhole()).isTrue();
    }
    assertReplayed();
  }

  private void assertReplayed() throws IOException {
    try (JournaledRun journal = JournaledRun.open(directory)) {
      assertThat(Replay.run(journal, LiveRunTest::loop))
          .isInstanceOf(Replay.Result.Identical.class);
    }
  }

  private static TradingLoop loop(Consumer<LoopCommand> commands) {
    return new TradingLoop(
        new LoopSettings("neo", 1, 100_000 * E8.ONE, "direction", 10, 0.001, 0.1, 1000 * MS),
        LoopParts.fresh(
            List.of(
                new ai.neo.tradingtypes.Instrument(
                    0, "BTCUSDT", "binance", 1_000_000L, 1_000L, 500_000_000L)),
            FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT),
            instrument -> List.of(new ModelStrategy(new ModelStrategy.Settings(0.5, 0.5, 100, 30))),
            RiskLimits.fromYaml(LIMITS, "test"),
            100_000 * E8.ONE),
        commands);
  }

  /** A live run with its journal, on a thread of its own. */
  private final class Session implements RunListener, AutoCloseable {
    private final Model model = new Model();
    private final RunJournal journal;
    private final LiveRun run;
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private final List<LoopEvent> events = new ArrayList<>();
    private final DecisionDigest digest = new DecisionDigest();
    private final List<Decision> decisions = new ArrayList<>();
    private long fills;
    private int asked;
    private int predicted;
    private int timesStepBack;
    private long lastNs;
    private List<LoopEvent> earlier = List.of();

    Session(Path directory) throws IOException {
      journal = RunJournal.open(directory, RunJournal.Durability.OS, text -> {});
      if (journal.isNew()) {
        journal.started(0, "{}");
      }
      BinanceMarketData data =
          BinanceMarketData.connect(
              new BinanceMarketData.Surroundings(vertx, clock::get, new SplittableRandom(1)),
              venue.connection(),
              List.of("BTCUSDT"));
      run =
          new LiveRun(
              new LiveRun.Settings(90 * SECOND, WARM_UP, MINUTE),
              new LiveRun.Parts(data, model, journal, this, clock::get),
              LiveRunTest::loop,
              reports ->
                  new SimulatedOrderVenue(
                      data.instruments(),
                      new SimulatedVenueSettings(10, 1, 50 * MS, 20 * MS, 0.1, 42),
                      reports));
    }

    void recover() throws IOException {
      int said = 0;
      List<LoopEvent> heard = new ArrayList<>();
      try (JournaledRun before = JournaledRun.open(directory)) {
        for (var entries = before.remaining(); entries.hasNext(); ) {
          switch (entries.next()) {
            case JournaledRun.Entry.Heard(long sequence, LoopEvent event) -> {
              heard.add(event);
              said = 0;
            }
            case JournaledRun.Entry.Said command -> said++;
          }
        }
      }
      run.recover(heard.iterator(), said);
      earlier = heard;
    }

    void start() {
      Thread.ofPlatform()
          .daemon()
          .name("loop")
          .start(
              () -> {
                try {
                  ended.complete(run.run());
                } catch (Throwable e) {
                  ended.completeExceptionally(e);
                }
              });
    }

    /** Lets minutes pass, each with its bar and the model's answer to it. */
    void minutes(int count) throws InterruptedException {
      for (int i = 0; i < count; i++) {
        int before = bars().size();
        await("the answers so far", session -> session.predicted == session.asked);
        clock.addAndGet(MINUTE);
        venue.sayClosedMinute();
        awaitBars(before + 1);
      }
      await("the last answer", session -> session.predicted == session.asked);
    }

    void awaitBars(int count) throws InterruptedException {
      await(count + " bars", session -> session.bars().size() >= count);
    }

    synchronized void await(String what, Predicate<Session> reached) throws InterruptedException {
      long until = System.nanoTime() + 30 * SECOND;
      while (!reached.test(this)) {
        assertThat(ended).as("waiting for %s, but the run has ended", what).isNotDone();
        assertThat(System.nanoTime())
            .as("waiting for %s; feed %s, %d bars", what, feed(), bars().size())
            .isLessThan(until);
        TimeUnit.NANOSECONDS.timedWait(this, 200 * MS);
      }
    }

    @Override
    public synchronized void heard(LoopEvent event, TradingLoop loop) {
      events.add(event);
      fills = loop.counters().fills();
      if (event.timeNs() < lastNs && !(event instanceof LoopEvent.VenueReported)) {
        timesStepBack++;
      }
      lastNs = Math.max(lastNs, event.timeNs());
      if (event instanceof LoopEvent.PredictionArrived
          || event instanceof LoopEvent.PredictionFailed) {
        predicted++;
      }
      notifyAll();
    }

    @Override
    public synchronized void said(LoopCommand command) {
      switch (command) {
        case LoopCommand.Decide decide -> {
          decisions.add(decide.decision());
          digest.add(decide.decision());
        }
        case LoopCommand.Predict predict -> asked++;
        default -> {
          // Only decisions and questions are watched.
        }
      }
      notifyAll();
    }

    synchronized List<Bar> bars() {
      List<Bar> bars = new ArrayList<>();
      for (LoopEvent event : events) {
        if (event instanceof LoopEvent.MarketData(long heardNs, Bar bar)) {
          bars.add(bar);
        }
      }
      return bars;
    }

    synchronized boolean barMinutesAreWhole() {
      List<Bar> bars = bars();
      for (int i = 1; i < bars.size(); i++) {
        if (bars.get(i).openTimeNs() != bars.get(i - 1).closeTimeNs()) {
          return false;
        }
      }
      return !bars.isEmpty();
    }

    synchronized List<Long> trades() {
      List<Long> trades = new ArrayList<>();
      for (LoopEvent event : events) {
        if (event instanceof LoopEvent.MarketData(long heardNs, Trade trade)) {
          trades.add(trade.tradeId());
        }
      }
      assertThat(trades).isNotEmpty();
      assertThat(events)
          .anyMatch(
              event ->
                  event instanceof LoopEvent.MarketData(long heardNs, BookChange change)
                      && change.last());
      return trades;
    }

    synchronized List<Boolean> feed() {
      return events.stream()
          .filter(LoopEvent.FeedChanged.class::isInstance)
          .map(event -> ((LoopEvent.FeedChanged) event).live())
          .toList();
    }

    synchronized boolean live() {
      List<Boolean> feed = feed();
      return events.size() > earlier.size() && !feed.isEmpty() && feed.getLast();
    }

    synchronized String lastFeedDetail() {
      return events.stream()
          .filter(LoopEvent.FeedChanged.class::isInstance)
          .map(event -> ((LoopEvent.FeedChanged) event).detail())
          .toList()
          .getLast();
    }

    synchronized long entriesSince(long orders) {
      return decisions.stream()
          .filter(decision -> decision.action() == ai.neo.orchestrator.strategy.Action.BUY)
          .filter(decision -> !decision.clientOrderId().isEmpty())
          .filter(decision -> sequence(decision.clientOrderId()) > orders)
          .count();
    }

    private static long sequence(String clientOrderId) {
      return Long.parseLong(clientOrderId.substring(clientOrderId.lastIndexOf('-') + 1));
    }

    void command(OperatorCommand command) {
      run.command(command, "test", "drill");
    }

    void stop() throws Exception {
      run.stop();
      assertThat(ended.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Override
    public void close() throws IOException {
      model.release();
      run.stop();
      ended.completeOnTimeout(false, 10, TimeUnit.SECONDS).join();
      journal.close();
    }
  }

  /** Buys, then sells two answers later, and so on. */
  private static final class Model implements ModelTier {
    private volatile CompletableFuture<Void> held = CompletableFuture.completedFuture(null);

    void hold() {
      held = new CompletableFuture<>();
    }

    void release() {
      held.complete(null);
    }

    @Override
    public Answer predict(LoopCommand.Predict command) {
      held.join();
      boolean buys = command.predictionId() % 4 < 2;
      return new Answer.Predicted(
          new Prediction(
              command.predictionId(),
              command.instrument(),
              command.timeNs(),
              "direction",
              "1",
              "d",
              0,
              buys ? 0.1f : 0.7f,
              0.2f,
              buys ? 0.7f : 0.1f,
              0f,
              ModelDoubt.NONE),
          1000);
    }

    @Override
    public List<LoopEvent> learn(LoopCommand.Learn command) {
      return List.of(
          new LoopEvent.FeedbackTaken(
              command.timeNs(), command.prediction().id(), "LEARNED", command.prediction().id()));
    }
  }
}
