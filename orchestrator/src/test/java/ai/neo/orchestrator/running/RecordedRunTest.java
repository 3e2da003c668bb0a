package ai.neo.orchestrator.running;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.execution.simulated.SimulatedOrderVenue;
import ai.neo.orchestrator.execution.simulated.SimulatedVenueSettings;
import ai.neo.orchestrator.journal.JournaledRun;
import ai.neo.orchestrator.journal.Replay;
import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.portfolio.Portfolio;
import ai.neo.orchestrator.strategy.ModelStrategy;
import ai.neo.orchestrator.strategy.MovingAverageCross;
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
import ai.neo.riskrules.TradingState;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop, driven by recorded data, with a model of a few lines in place of the gateway. */
class RecordedRunTest {
  private static final long MINUTE = 60_000_000_000L;
  private static final long MS = 1_000_000L;
  private static final Instrument BTC =
      new Instrument(0, "BTC", "x", E8.parse("0.01"), E8.parse("0.0001"), 0);
  private static final String LIMITS =
      """
      max_order_notional: 50000
      max_position_notional: 90000
      max_gross_exposure: 200000
      max_orders_per_minute: 60
      price_collar_bps: 100
      max_daily_loss: 50000
      max_drawdown: 0.9
      min_confidence: 0.4
      max_volatility: 1
      max_data_age_ms: 120000
      max_order_quantity: 1000000
      duplicate_window_ms: 1000
      """;

  @TempDir Path directory;

  @Test
  void theSameDataAndAnswersGiveTheSameDecisionsAndTheJournalReplaysThem() throws Exception {
    Watched first = whole(directory.resolve("one"), LIMITS);
    Watched second = whole(directory.resolve("two"), LIMITS);
    assertThat(first.fills).isGreaterThan(20);
    assertThat(first.learned).isGreaterThan(1000);
    assertThat(second.digest.hex()).isEqualTo(first.digest.hex());
    try (JournaledRun journal = JournaledRun.open(directory.resolve("one"))) {
      assertThat(Replay.run(journal, commands -> loop(LIMITS, commands)))
          .isInstanceOfSatisfying(
              Replay.Result.Identical.class,
              same -> assertThat(same.decisionDigest()).isEqualTo(first.digest.hex()));
    }
  }

  @Test
  void aReplayWithOtherLimitsNamesTheFirstDifference() throws Exception {
    whole(directory, LIMITS);
    try (JournaledRun journal = JournaledRun.open(directory)) {
      String stricter = LIMITS.replace("max_order_notional: 50000", "max_order_notional: 1");
      assertThat(Replay.run(journal, commands -> loop(stricter, commands)))
          .isInstanceOfSatisfying(
              Replay.Result.Different.class,
              different -> {
                assertThat(different.journaled()).contains("Approved");
                assertThat(different.derived()).contains("order-notional");
              });
    }
  }

  @Test
  void aRunThatWasCutOffAnywhereGoesOnAsIfNothingHadHappened() throws Exception {
    Watched whole = whole(directory.resolve("whole"), LIMITS);
    List<LoopEvent> heard = new ArrayList<>();
    List<Integer> said = new ArrayList<>();
    try (JournaledRun journal = JournaledRun.open(directory.resolve("whole"))) {
      for (var entries = journal.remaining(); entries.hasNext(); ) {
        switch (entries.next()) {
          case JournaledRun.Entry.Heard(long sequence, LoopEvent event) -> {
            heard.add(event);
            said.add(0);
          }
          case JournaledRun.Entry.Said command -> said.set(said.size() - 1, said.getLast() + 1);
        }
      }
    }
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 25; i++) {
      int cut = random.nextInt(1, heard.size() - 1);
      int written = random.nextInt(said.get(cut - 1) + 1);
      Watched resumed = new Watched();
      RecordedRun run = run(Journaling.NONE, resumed, LIMITS);
      run.recover(heard.subList(0, cut).iterator(), written);
      assertThat(run.run()).isTrue();
      assertThat(resumed.digest.hex())
          .as("cut after %d events, %d commands", cut, written)
          .isEqualTo(whole.digest.hex());
      assertThat(resumed.fills).isEqualTo(whole.fills);
      assertThat(resumed.equityE8).isEqualTo(whole.equityE8);
    }
  }

  @Test
  void aFullDiskStopsTheRunBeforeAnythingUnwrittenIsSentAndNothingIsLost() throws Exception {
    Watched whole = whole(directory, LIMITS);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 10; i++) {
      FullJournal journal = new FullJournal(random.nextInt(1, 5000));
      Watched stopped = new Watched();
      RecordedRun run = run(journal, stopped, LIMITS);
      assertThatThrownBy(run::run)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot grow");
      assertThat(stopped.submitted).as("orders sent").isEqualTo(journal.submitted);
      Watched resumed = new Watched();
      RecordedRun next = run(Journaling.NONE, resumed, LIMITS);
      next.recover(journal.heard.iterator(), journal.saidAfterLast);
      assertThat(next.run()).isTrue();
      assertThat(resumed.digest.hex()).isEqualTo(whole.digest.hex());
      assertThat(resumed.fills).isEqualTo(whole.fills);
    }
  }

  @Test
  void withoutTheModelNothingIsBoughtAndWhatIsHeldIsStillSold() throws Exception {
    Watched watched = new Watched();
    RecordedRun run =
        new RecordedRun(
            new RunSettings(Double.POSITIVE_INFINITY, MINUTE, 5 * MS),
            new RecordedRun.Parts(
                new WalkingBars(BTC, 3000), new Model(1000), Journaling.NONE, watched),
            commands -> modelOnly(commands),
            RecordedRunTest::venue);
    run.run();
    assertThat(run.loop().counters().fallbacks()).isGreaterThan(1500);
    assertThat(watched.fills).isPositive();
    assertThat(run.loop().portfolio().quantityE8(0)).isZero();
    assertThat(watched.boughtAfterFailure).isZero();
  }

  @Test
  void aModelThatComesToDoubtEntersNothingMoreAndWhatIsHeldIsStillSold() throws Exception {
    String limits = LIMITS + "max_uncertainty: 0.1\nmax_reconstruction_error: 2\n";
    Model model = new Model(Integer.MAX_VALUE, at -> new ModelDoubt(at < 1000 ? 0.1f : 0.2f, 0.5f));
    Watched watched = new Watched();
    RecordedRun run;
    try (RunJournal journal = RunJournal.open(directory, RunJournal.Durability.OS, text -> {})) {
      journal.started(0, "{}");
      run = doubting(model, journal, watched, limits);
      run.run();
    }
    assertThat(watched.fills).isPositive();
    assertThat(watched.observed).containsExactly("uncertainty 0.1: 0.2");
    assertThat(watched.boughtAfterDoubt).isZero();
    assertThat(run.loop().portfolio().quantityE8(0)).isZero();
    try (JournaledRun journal = JournaledRun.open(directory)) {
      assertThat(Replay.run(journal, commands -> loop(limits, commands, false)))
          .isInstanceOfSatisfying(
              Replay.Result.Identical.class,
              same -> assertThat(same.decisionDigest()).isEqualTo(watched.digest.hex()));
    }
  }

  @Test
  void aModelThatDoesNotTellWhatALimitAsksForEntersNothingAndThatIsSaid() throws Exception {
    Watched watched = new Watched();
    RecordedRun run =
        doubting(
            new Model(Integer.MAX_VALUE, at -> new ModelDoubt(0f, Float.NaN)),
            Journaling.NONE,
            watched,
            LIMITS + "max_uncertainty: 0.1\nmax_reconstruction_error: 2\n");
    run.run();
    assertThat(run.loop().counters().orders()).isZero();
    assertThat(run.loop().counters().refusedByRule()).containsOnlyKeys("reconstruction-error");
    assertThat(watched.observed)
        .containsExactly(
            "reconstruction-error 2: none: the model does not answer reconstruction_error");
    assertThat(watched.alerts)
        .as("said once, at its first answer and not at the first entry that it costs")
        .containsExactly(
            "direction v1 does not answer reconstruction_error, and max_reconstruction_error=2"
                + " refuses every entry that rests on it; promote a version that answers it, or set"
                + " the limit to off");
  }

  @Test
  void withoutSuchLimitsWhatAModelSaysOfItsDoubtDecidesNothing() throws Exception {
    Watched silent = new Watched();
    doubting(new Model(Integer.MAX_VALUE), Journaling.NONE, silent, LIMITS).run();
    Watched doubting = new Watched();
    doubting(
            new Model(Integer.MAX_VALUE, at -> new ModelDoubt(at, at)),
            Journaling.NONE,
            doubting,
            LIMITS + "max_uncertainty: off\n")
        .run();
    assertThat(silent.fills).isPositive();
    assertThat(doubting.digest.hex()).isEqualTo(silent.digest.hex());
  }

  private static RecordedRun doubting(
      Model model, Journaling journal, RunListener listener, String limits) {
    return new RecordedRun(
        new RunSettings(Double.POSITIVE_INFINITY, MINUTE, 5 * MS),
        new RecordedRun.Parts(new WalkingBars(BTC, 3000), model, journal, listener),
        commands -> loop(limits, commands, false),
        RecordedRunTest::venue);
  }

  @Test
  void aDrawdownClosesEverythingAndOnlyAnOperatorResumes() throws Exception {
    Watched watched = new Watched();
    RecordedRun run =
        run(Journaling.NONE, watched, LIMITS.replace("max_drawdown: 0.9", "max_drawdown: 0.002"));
    run.run();
    assertThat(run.loop().state()).isEqualTo(TradingState.HALTED);
    assertThat(run.loop().stateReason()).contains("max_drawdown");
    assertThat(run.loop().portfolio().quantityE8(0)).isZero();
    assertThat(run.loop().counters().refusedByRule()).containsKey("halted");
  }

  @Test
  void afterAKillNothingIsSent() throws Exception {
    Watched watched = new Watched();
    RecordedRun run = run(Journaling.NONE, watched, LIMITS);
    run.command(OperatorCommand.KILL, "test", "drill");
    run.run();
    assertThat(run.loop().state()).isEqualTo(TradingState.KILLED);
    assertThat(run.loop().counters().orders()).isZero();
  }

  @Test
  void profitAndLossAreWhatTheFillsSay() throws Exception {
    Watched watched = whole(directory, LIMITS);
    Portfolio again = new Portfolio(100_000 * E8.ONE, 1);
    try (JournaledRun journal = JournaledRun.open(directory)) {
      for (var entries = journal.remaining(); entries.hasNext(); ) {
        if (entries.next()
                instanceof JournaledRun.Entry.Heard(long sequence, LoopEvent.VenueReported reported)
            && reported.report()
                instanceof ai.neo.orchestrator.execution.ExecutionReport.Filled filled) {
          again.apply(filled.fill());
        }
      }
    }
    again.mark(0, watched.markE8, 1);
    assertThat(again.equityE8()).isEqualTo(watched.equityE8);
  }

  private static Watched whole(Path directory, String limits)
      throws IOException, InterruptedException {
    Watched watched = new Watched();
    try (RunJournal journal = RunJournal.open(directory, RunJournal.Durability.OS, text -> {})) {
      journal.started(0, "{}");
      assertThat(run(journal, watched, limits).run()).isTrue();
    }
    return watched;
  }

  private static RecordedRun run(Journaling journal, RunListener listener, String limits) {
    return new RecordedRun(
        new RunSettings(Double.POSITIVE_INFINITY, MINUTE, 5 * MS),
        new RecordedRun.Parts(
            new WalkingBars(BTC, 3000), new Model(Integer.MAX_VALUE), journal, listener),
        commands -> loop(limits, commands),
        RecordedRunTest::venue);
  }

  private static SimulatedOrderVenue venue(
      Consumer<ai.neo.orchestrator.execution.ExecutionReport> reports) {
    return new SimulatedOrderVenue(
        List.of(BTC), new SimulatedVenueSettings(10, 1, 50 * MS, 20 * MS, 0.1, 42), reports);
  }

  private static TradingLoop loop(String limits, Consumer<LoopCommand> commands) {
    return loop(limits, commands, true);
  }

  private static TradingLoop modelOnly(Consumer<LoopCommand> commands) {
    return loop(LIMITS, commands, false);
  }

  private static TradingLoop loop(
      String limits, Consumer<LoopCommand> commands, boolean withCross) {
    ModelStrategy.Settings settings = new ModelStrategy.Settings(0.5, 0.5, 100, 30);
    return new TradingLoop(
        new LoopSettings("neo", 1, 100_000 * E8.ONE, "direction", 10, 0.001, 0.1, 1000 * MS),
        LoopParts.fresh(
            List.of(BTC),
            FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT),
            instrument ->
                withCross
                    ? List.of(new ModelStrategy(settings), new MovingAverageCross(5, 20))
                    : List.of(new ModelStrategy(settings)),
            RiskLimits.fromYaml(limits, "test"),
            100_000 * E8.ONE),
        commands);
  }

  /** Says what the last return's sign suggests; away after so many answers. */
  private static final class Model implements ModelTier {
    private final int answers;
    private final IntFunction<ModelDoubt> doubt;
    private int asked;

    Model(int answers) {
      this(answers, at -> ModelDoubt.NONE);
    }

    /**
     * @param doubt by the number of the question
     */
    Model(int answers, IntFunction<ModelDoubt> doubt) {
      this.answers = answers;
      this.doubt = doubt;
    }

    @Override
    public Answer predict(LoopCommand.Predict command) {
      if (asked++ >= answers) {
        return new Answer.Failed("gateway UNAVAILABLE");
      }
      float buy = command.features()[0] > 0 ? 0.6f : 0.2f;
      return new Answer.Predicted(
          new Prediction(
              command.predictionId(),
              command.instrument(),
              command.timeNs(),
              "direction",
              "1",
              "d",
              0,
              0.8f - buy,
              0.2f,
              buy,
              0f,
              doubt.apply(asked)),
          1000);
    }

    @Override
    public List<LoopEvent> learn(LoopCommand.Learn command) {
      return List.of(
          new LoopEvent.FeedbackTaken(
              command.timeNs(), command.prediction().id(), "LEARNED", command.prediction().id()));
    }
  }

  /** Has room for so many frames. */
  private static final class FullJournal implements Journaling {
    private final List<LoopEvent> heard = new ArrayList<>();
    private int room;
    private int saidAfterLast;
    private int submitted;

    FullJournal(int room) {
      this.room = room;
    }

    @Override
    public void heard(LoopEvent event) {
      write();
      heard.add(event);
      saidAfterLast = 0;
    }

    @Override
    public void said(LoopCommand command) {
      write();
      saidAfterLast++;
      if (command instanceof LoopCommand.Submit) {
        submitted++;
      }
    }

    private void write() {
      if (room-- == 0) {
        throw new UncheckedIOException(
            "the journal cannot grow", new IOException("No space left on device"));
      }
    }

    @Override
    public void beforeSending() {
      // What was written is as durable as it gets.
    }
  }

  private static final class Watched implements RunListener {
    private final DecisionDigest digest = new DecisionDigest();
    private long fills;
    private long learned;
    private long equityE8;
    private long markE8;
    private boolean failing;
    private int boughtAfterFailure;
    private int submitted;
    private final Set<String> observed = new LinkedHashSet<>();
    private final List<String> alerts = new ArrayList<>();
    private int boughtAfterDoubt;

    @Override
    public void heard(LoopEvent event, TradingLoop loop) {
      fills = loop.counters().fills();
      learned = loop.counters().updatesLearned();
      equityE8 = loop.portfolio().equityE8();
      markE8 = loop.portfolio().markE8(0);
      failing |= event instanceof LoopEvent.PredictionFailed;
    }

    @Override
    public void said(LoopCommand command) {
      if (command instanceof LoopCommand.Alert alert) {
        alerts.add(alert.text());
      }
      if (command instanceof LoopCommand.Decide decide) {
        digest.add(decide.decision());
        if (decide.decision().verdict()
            instanceof Decision.Verdict.Refused(String rule, String limit, String saw)) {
          observed.add(rule + " " + limit + ": " + saw);
        }
      }
      if (!observed.isEmpty()
          && command instanceof LoopCommand.Submit submit
          && submit.order().side() == ai.neo.tradingtypes.Side.BUY) {
        boughtAfterDoubt++;
      }
      if (command instanceof LoopCommand.Submit) {
        submitted++;
      }
      if (failing
          && command instanceof LoopCommand.Submit submit
          && submit.order().side() == ai.neo.tradingtypes.Side.BUY) {
        boughtAfterFailure++;
      }
    }
  }
}
