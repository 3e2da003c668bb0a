package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.Orchestrator;
import ai.neo.orchestrator.RunOptions;
import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.marketdata.binance.BinanceConnection;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import ai.neo.orchestrator.operations.Stores;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
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
      "  ./neo run --symbols ETHUSDT --from 2024-06-01 --to 2024-07-01 --until-end"
    })
final class RunCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;
  private static final Set<String> KEYS =
      Set.of(
          "page.port",
          "gateway.port",
          "metrics.port",
          "registry.port",
          "binance.rest_url",
          "binance.stream_url",
          "data.zone",
          "journal.durability",
          "risk.file",
          "run.seed");

  @CommandLine.Mixin private DataDirOption dataDir;

  @CommandLine.Option(
      names = "--speed",
      description = "Recorded seconds per second, or 'max' (default: ${DEFAULT-VALUE}).")
  private String speed = "600";

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

  @CommandLine.Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "page.port, gateway.port, metrics.port (0: a free one), journal.durability (os, fsync),"
              + " risk.file, run.seed, data.zone (of times in --data that state none),"
              + " binance.rest_url, binance.stream_url")
  private Map<String, String> set = new TreeMap<>();

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Orchestrator orchestrator = new Orchestrator(options());
    CountDownLatch stopped = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              orchestrator.stop();
              try {
                if (!stopped.await(5, TimeUnit.SECONDS)) {
                  System.err.println("neo: it did not stop within 5 s");
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    boolean ended;
    try (orchestrator) {
      orchestrator.start();
      ended = orchestrator.run();
      print(orchestrator.summary());
    } finally {
      stopped.countDown();
    }
    return ended ? 0 : INTERRUPTED;
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
    for (String key : set.keySet()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "unknown key '" + key + "' in --set; known are " + new java.util.TreeSet<>(KEYS));
      }
    }
    return new RunOptions(
        Path.of(System.getProperty("neo.home", ".")),
        dataDir.path(),
        speed.equals("max") ? Double.POSITIVE_INFINITY : number("--speed", speed),
        (long) number("run.seed", set.getOrDefault("run.seed", "42")),
        untilEnd,
        new Recording.Selection(symbols, time(from), time(to)),
        data,
        zone(set.getOrDefault("data.zone", "UTC")),
        live.map(this::live),
        Optional.ofNullable(set.get("risk.file")).map(Path::of),
        RunJournal.Durability.valueOf(
            set.getOrDefault("journal.durability", "os").toUpperCase(Locale.ROOT)),
        port("page.port", 8080),
        port("gateway.port", 8001),
        port("metrics.port", 8002),
        new Stores.Addresses(address("NEO_POSTGRES_URL"), address("NEO_REDIS_URL")));
  }

  private static Optional<String> address(String variable) {
    return Optional.ofNullable(System.getenv(variable)).filter(url -> !url.isBlank());
  }

  private RunOptions.Live live(String venue) {
    if (!venue.equals("binance")) {
      throw new IllegalArgumentException("--live " + venue + ": no such venue; there is binance");
    }
    if (untilEnd || !data.isEmpty() || from.isPresent() || to.isPresent()) {
      throw new IllegalArgumentException(
          "--live goes on until you stop it; --data, --from, --to and --until-end are for recorded"
              + " data");
    }
    BinanceConnection usual = BinanceConnection.publicSpot();
    return new RunOptions.Live(
        venue,
        address("binance.rest_url", usual.rest(), "http"),
        address("binance.stream_url", usual.streams(), "ws"));
  }

  private URI address(String key, URI usual, String scheme) {
    String text = set.getOrDefault(key, usual.toString());
    try {
      URI address = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (address.getHost() != null && Set.of(scheme, scheme + "s").contains(address.getScheme())) {
        return address;
      }
    } catch (URISyntaxException e) {
      // Said below, with what is expected.
    }
    throw new IllegalArgumentException(
        key + "='" + text + "', expected " + scheme + "://HOST or " + scheme + "s://HOST");
  }

  private static ZoneId zone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "data.zone='" + text + "' is no time zone; expected UTC, Europe/Zurich or +02:00", e);
    }
  }

  private int port(String key, int byDefault) {
    double port = number(key, set.getOrDefault(key, Integer.toString(byDefault)));
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(key + "=" + port + ", expected 0..65535");
    }
    return (int) port;
  }

  private static double number(String name, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + "='" + text + "', expected a number", e);
    }
  }

  private static OptionalLong time(Optional<String> text) {
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      Instant instant =
          text.get().length() == 10
              ? LocalDate.parse(text.get()).atStartOfDay().toInstant(ZoneOffset.UTC)
              : Instant.parse(text.get());
      return OptionalLong.of(instant.toEpochMilli() * 1_000_000L);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + text.get() + "' is no time; expected 2024-06-01 or 2024-06-01T12:00:00Z", e);
    }
  }
}
