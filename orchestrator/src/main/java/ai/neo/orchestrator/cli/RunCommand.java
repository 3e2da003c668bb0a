package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.Orchestrator;
import ai.neo.orchestrator.RunOptions;
import ai.neo.orchestrator.configuration.Given;
import ai.neo.orchestrator.configuration.Origin;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** {@code ./neo run}. */
@CommandLine.Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Trades recorded or live market data on paper; without options, the bundled sample.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo run",
      "  ./neo run --speed max --until-end --json",
      "  ./neo run --data my-candles.csv --speed 3600",
      "  ./neo run --live binance --symbols BTCUSDT,ETHUSDT",
      "  ./neo run --config my.yaml --set page.port=9090 --set risk.max_daily_loss=500",
      "  ./neo run --symbols ETHUSDT --from 2024-06-01 --to 2024-07-01 --until-end"
    })
final class RunCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;

  /** For each of two steps; a third takes what is left of 5 s. */
  private static final long STOP_MS = 1_800;

  @CommandLine.Mixin private ConfigurationOptions configuration;

  @CommandLine.Option(
      names = "--speed",
      description = "Recorded seconds per second, or 'max'; the same as run.speed (default: 600).")
  private Optional<String> speed = Optional.empty();

  @CommandLine.Option(names = "--symbols", split = ",", description = "Only these instruments.")
  private Set<String> symbols = Set.of();

  @CommandLine.Option(names = "--from", description = "From this date or time, UTC.")
  private Optional<String> from = Optional.empty();

  @CommandLine.Option(names = "--to", description = "Up to this date or time, UTC.")
  private Optional<String> to = Optional.empty();

  @CommandLine.Option(
      names = "--live",
      paramLabel = "VENUE",
      description =
          "A venue's live public data in place of recorded ones, still on paper: binance; no key.")
  private Optional<String> live = Optional.empty();

  @CommandLine.Option(names = "--until-end", description = "End with a summary when the data do.")
  private boolean untilEnd;

  @CommandLine.Option(names = "--json", description = "The summary as one JSON object on stdout.")
  private boolean json;

  @CommandLine.Option(
      names = "--data",
      paramLabel = "FILE",
      description = "A candle file of your own; may be given more than once.")
  private List<Path> data = new ArrayList<>();

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Orchestrator orchestrator = new Orchestrator(options());
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(orchestrator, stopped), "stop"));
    boolean ended;
    try (orchestrator) {
      orchestrator.start();
      ended = orchestrator.run();
      print(orchestrator.summary());
    } catch (Exception e) {
      if (!orchestrator.stoppedWhileStarting()) {
        throw e;
      }
      System.err.println("neo: stopped while it started");
      return INTERRUPTED;
    } finally {
      stopped.countDown();
    }
    return ended ? 0 : INTERRUPTED;
  }

  /** Runs when a signal came; all is over within 5 s. */
  private static void stop(Orchestrator orchestrator, CountDownLatch stopped) {
    try {
      orchestrator.stop();
      if (!stopped.await(STOP_MS, TimeUnit.MILLISECONDS)) {
        orchestrator.hurry();
        if (!stopped.await(STOP_MS, TimeUnit.MILLISECONDS)) {
          System.err.println("neo: it does not stop by itself, and is ended");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      orchestrator.endProcesses();
    }
  }

  private void print(JsonObject summary) {
    if (json) {
      spec.commandLine().getOut().println(summary.encode());
    } else {
      summary.forEach(
          entry ->
              spec.commandLine()
                  .getOut()
                  .printf(Locale.ROOT, "%-16s %s%n", entry.getKey(), entry.getValue()));
    }
    spec.commandLine().getOut().flush();
  }

  private RunOptions options() {
    List<Given> shorthands = new ArrayList<>();
    speed.ifPresent(
        text -> shorthands.add(new Given("run.speed", text, new Origin.Option("--speed"))));
    Path home = Path.of(System.getProperty("neo.home", "."));
    return new RunOptions(
        home,
        Path.of(
            System.getProperty(
                "neo.model-tier", home.resolve("model-tier").resolve("target").toString())),
        configuration.dataDir().path(),
        configuration.read(shorthands),
        untilEnd,
        new Recording.Selection(symbols, time(from), time(to)),
        data,
        live.map(this::checked));
  }

  private String checked(String venue) {
    if (!venue.equals("binance")) {
      throw new IllegalArgumentException("--live " + venue + ": no such venue; there is binance");
    }
    if (untilEnd || speed.isPresent() || !data.isEmpty() || from.isPresent() || to.isPresent()) {
      throw new IllegalArgumentException(
          "--live goes on until you stop it, at the market's pace; --data, --speed, --from, --to"
              + " and --until-end are for recorded data");
    }
    return venue;
  }

  /** Nanoseconds since 1970 UTC. */
  static OptionalLong time(Optional<String> text) {
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      Instant instant =
          text.get().length() == 10
              ? LocalDate.parse(text.get()).atStartOfDay().toInstant(ZoneOffset.UTC)
              : Instant.parse(text.get());
      return OptionalLong.of(instant.toEpochMilli() * 1_000_000L);
    } catch (java.time.DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + text.get() + "' is no time; expected 2024-06-01 or 2024-06-01T12:00:00Z", e);
    }
  }
}
