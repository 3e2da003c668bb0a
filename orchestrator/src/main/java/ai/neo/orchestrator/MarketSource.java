package ai.neo.orchestrator;

import ai.neo.orchestrator.configuration.Configuration;
import ai.neo.orchestrator.marketdata.FeedAwayException;
import ai.neo.orchestrator.marketdata.LiveMarketData;
import ai.neo.orchestrator.marketdata.binance.BinanceConnection;
import ai.neo.orchestrator.marketdata.binance.BinanceMarketData;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import ai.neo.orchestrator.operations.OperationsException;
import ai.neo.orchestrator.running.Journaling;
import ai.neo.orchestrator.running.LiveRun;
import ai.neo.orchestrator.running.ModelTier;
import ai.neo.orchestrator.running.RecordedRun;
import ai.neo.orchestrator.running.RunListener;
import ai.neo.orchestrator.running.RunSettings;
import ai.neo.orchestrator.running.TradingRun;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.TimeSource;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Where a run's market data come from, and what drives the run by them. */
sealed interface MarketSource {
  /** Its name in the journal. */
  String name();

  List<Instrument> instruments();

  /** Bars that a first model may learn from; they are not traded. */
  List<Bar> trainingBars(int instrument);

  /** What the data are, in a line for each part. */
  List<String> summaries();

  /** Whether the run holds answers back until the data's clock has come to them. */
  boolean waitsForAnswers();

  /** Without data for so long, something is wrong. */
  Duration longestSilence();

  /** A run on these data. */
  TradingRun newRun(Parts parts, TradingRun.LoopMaker loop, TradingRun.VenueMaker venue);

  /** What every run works with. */
  record Parts(ModelTier models, Journaling journal, RunListener listener) {}

  /**
   * Opens what the options ask for, and shows a person what was found.
   *
   * @throws OperationsException if a venue does not answer
   */
  static MarketSource open(RunOptions options, Vertx vertx) {
    return options.live().isPresent()
        ? Live.open(options, options.live().get(), vertx)
        : Recorded.open(options);
  }

  /** Files, on their own clock. */
  record Recorded(Recording recording, double speed) implements MarketSource {
    private static final long LONGEST_GAP_NS = 3_600_000_000_000L;
    private static final long PREDICTION_DELAY_NS = 5_000_000L;

    static Recorded open(RunOptions options) {
      Recording recording =
          options.data().isEmpty()
              ? Recording.sample(
                  options.home().resolve("data").resolve("sample"), options.selection())
              : Recording.files(
                  options.data(), options.configuration().dataZone(), options.selection());
      List<String> shown =
          options.data().isEmpty() ? recording.summaries() : recording.descriptions();
      shown.forEach(text -> System.err.println("neo: data " + text));
      return new Recorded(recording, options.configuration().run().speed());
    }

    @Override
    public String name() {
      return RunDefinition.RECORDED;
    }

    @Override
    public List<Instrument> instruments() {
      return recording.instruments();
    }

    @Override
    public List<Bar> trainingBars(int instrument) {
      return recording.trainingBars(instrument);
    }

    @Override
    public List<String> summaries() {
      return recording.summaries();
    }

    @Override
    public boolean waitsForAnswers() {
      return true;
    }

    /** The longest gap that is played, at the run's speed. */
    @Override
    public Duration longestSilence() {
      return Duration.ofSeconds(60).plusNanos((long) (LONGEST_GAP_NS / speed));
    }

    @Override
    public TradingRun newRun(Parts parts, TradingRun.LoopMaker loop, TradingRun.VenueMaker venue) {
      return new RecordedRun(
          new RunSettings(speed, LONGEST_GAP_NS, PREDICTION_DELAY_NS),
          new RecordedRun.Parts(
              recording.open(), parts.models(), parts.journal(), parts.listener()),
          loop,
          venue);
    }
  }

  /** A venue's live data, on the wall's clock. */
  record Live(String name, LiveMarketData data, String address) implements MarketSource {
    private static final Set<String> SYMBOLS_BY_DEFAULT = Set.of("BTCUSDT", "ETHUSDT");
    private static final int TRAINING_BARS = 6_000;
    private static final long MINUTE_NS = 60_000_000_000L;

    /** A liquid book moves many times a second; the slowest strategy looks back 200 bars. */
    private static final LiveRun.Settings RUN =
        new LiveRun.Settings(30_000_000_000L, 600, MINUTE_NS);

    private static final TimeSource WALL =
        () -> {
          Instant now = Instant.now();
          return now.getEpochSecond() * 1_000_000_000L + now.getNano();
        };

    static Live open(RunOptions options, String venue, Vertx vertx) {
      Set<String> symbols =
          options.selection().symbols().isEmpty()
              ? SYMBOLS_BY_DEFAULT
              : options.selection().symbols();
      Configuration.Binance addresses = options.configuration().binance();
      BinanceConnection connection = BinanceConnection.at(addresses.rest(), addresses.streams());
      try {
        BinanceMarketData data =
            BinanceMarketData.connect(
                new BinanceMarketData.Surroundings(
                    vertx, WALL, new SplittableRandom(options.configuration().run().seed())),
                connection,
                List.copyOf(new TreeSet<>(symbols)));
        Live source = new Live(venue, data, addresses.rest().toString());
        source.summaries().forEach(text -> System.err.println("neo: data " + text));
        return source;
      } catch (FeedAwayException e) {
        throw away(e);
      }
    }

    private static OperationsException away(FeedAwayException e) {
      return new OperationsException(
          5,
          e.getMessage()
              + ".\n     Check the network, or name addresses that are reachable with --set"
              + " binance.rest_url=… --set binance.stream_url=…\n     ./neo run without --live"
              + " trades recorded data and needs no network.",
          e);
    }

    @Override
    public List<Instrument> instruments() {
      return data.instruments();
    }

    @Override
    public List<Bar> trainingBars(int instrument) {
      try {
        return data.history(instrument, TRAINING_BARS);
      } catch (FeedAwayException e) {
        throw away(e);
      }
    }

    @Override
    public List<String> summaries() {
      return data.instruments().stream()
          .map(instrument -> instrument.symbol() + " live from " + address)
          .toList();
    }

    @Override
    public boolean waitsForAnswers() {
      return false;
    }

    @Override
    public Duration longestSilence() {
      return Duration.ofNanos(RUN.silenceNs());
    }

    @Override
    public TradingRun newRun(Parts parts, TradingRun.LoopMaker loop, TradingRun.VenueMaker venue) {
      return new LiveRun(
          RUN,
          new LiveRun.Parts(data, parts.models(), parts.journal(), parts.listener(), WALL),
          loop,
          venue);
    }
  }
}
