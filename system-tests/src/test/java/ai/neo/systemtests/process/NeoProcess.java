package ai.neo.systemtests.process;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A running Neo in a process group of its own, with its output in files. Closing it ends whatever
 * is left of it and of what it has started.
 */
public final class NeoProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final int TAIL = 4_000;

  static final String FIRST_COMPILER_ALONE = "-XX:TieredStopAtLevel=1";

  private final Process process;
  private final Path dataDirectory;
  private final Path out;
  private final Path err;

  private NeoProcess(Process process, Path dataDirectory, Path out, Path err) {
    this.process = process;
    this.dataDirectory = dataDirectory;
    this.out = out;
    this.err = err;
  }

  /** How a process is started, beside its arguments. */
  public record Surroundings(
      List<String> prefix, List<String> jvmOptions, Map<String, String> environment) {
    /**
     * As this process. The tests' runs are over before the optimising compiler is, which would take
     * half of their processor time.
     */
    public static final Surroundings OWN =
        new Surroundings(List.of(), List.of(FIRST_COMPILER_ALONE), Map.of());

    /** As {@code ./neo} starts it. */
    public static final Surroundings AS_SHIPPED = new Surroundings(List.of(), List.of(), Map.of());
  }

  /** Starts {@code neo run} on free ports. */
  public static NeoProcess run(Path dataDirectory, String... more) {
    return run(Surroundings.OWN, dataDirectory, more);
  }

  /** Starts {@code neo run} on free ports, in given surroundings. */
  public static NeoProcess run(Surroundings surroundings, Path dataDirectory, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("run", "--data-dir", dataDirectory.toString(), "--json"));
    List<String> own = Arrays.asList(more);
    for (String port : List.of("page.port", "gateway.port", "metrics.port", "registry.port")) {
      if (own.stream().noneMatch(argument -> argument.startsWith(port + "="))) {
        arguments.addAll(List.of("--set", port + "=0"));
      }
    }
    if (surroundings.jvmOptions().contains(FIRST_COMPILER_ALONE)) {
      arguments.addAll(List.of("--set", "gateway.jvm_options=-Xmx768m " + FIRST_COMPILER_ALONE));
    }
    arguments.addAll(own);
    return start(surroundings, dataDirectory, arguments);
  }

  /** Starts {@code neo registry} on free ports, and returns when it serves. */
  public static NeoProcess registry(Path dataDirectory) {
    List<String> arguments =
        List.of(
            "registry",
            "--data-dir",
            dataDirectory.toString(),
            "--port",
            "0",
            "--registry-port",
            "0",
            "--json");
    NeoProcess registry = start(Surroundings.OWN, dataDirectory, arguments);
    try {
      registry.await("it serves", START, () -> registry.out().contains("\"registry_port\":"));
      return registry;
    } catch (AssertionError e) {
      registry.close();
      throw e;
    }
  }

  /** Runs {@code neo run} to its end. */
  public static Finished runToEnd(Path dataDirectory, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--until-end"));
    arguments.addAll(Arrays.asList(more));
    try (NeoProcess run = run(dataDirectory, arguments.toArray(String[]::new))) {
      return run.awaitEnd(Duration.ofMinutes(3));
    }
  }

  /** Runs a command that ends by itself. */
  public static Finished command(String... arguments) {
    Path scratch = temporaryFolder();
    try (NeoProcess command = start(Surroundings.OWN, scratch, Arrays.asList(arguments))) {
      return command.awaitEnd(Duration.ofSeconds(60));
    } finally {
      Folders.delete(scratch);
    }
  }

  private static NeoProcess start(
      Surroundings surroundings, Path dataDirectory, List<String> arguments) {
    try {
      Path logs = temporaryFolder();
      Path out = logs.resolve("out");
      Path err = logs.resolve("err");
      List<String> command = new ArrayList<>(List.of("setsid"));
      command.addAll(surroundings.prefix());
      command.addAll(Installation.command(surroundings.jvmOptions(), arguments));
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(surroundings.environment());
      builder.redirectOutput(out.toFile()).redirectError(err.toFile());
      return new NeoProcess(builder.start(), dataDirectory, out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("neo-process");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything that was printed on standard output so far. */
  public String out() {
    return text(out);
  }

  /** Everything that was printed on standard error so far. */
  public String err() {
    return text(err);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String story() {
    String all = err();
    return "standard error ends with\n" + all.substring(Math.max(0, all.length() - TAIL));
  }

  public Path dataDirectory() {
    return dataDirectory;
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Waits for the condition, and no longer than this process lives. */
  public void await(String what, Duration longest, Wait.Condition condition) {
    Wait.until(
        what,
        longest,
        this::story,
        () -> {
          if (!alive()) {
            throw new AssertionError("the process ended before: " + what + "\n" + story());
          }
          return condition.holds();
        });
  }

  /** Waits until it trades. */
  public NeoProcess awaitTrading() {
    await("it trades", START, () -> count("bars") > 0);
    return this;
  }

  /** Waits until a counter of the status has reached a value. */
  public NeoProcess awaitCount(String counter, long atLeast) {
    await(counter + " >= " + atLeast, START, () -> count(counter) >= atLeast);
    return this;
  }

  /** Waits until PostgreSQL has all that the journal has, after the feed has ended. */
  public NeoProcess awaitProjected() {
    await(
        "PostgreSQL has every frame",
        Duration.ofMinutes(1),
        () -> database().projected() == lastFrame());
    return this;
  }

  private long lastFrame() throws IOException, InterruptedException {
    String detail = part("Journal").getString("detail");
    return Long.parseLong(detail.replaceAll("\\D", ""));
  }

  /** Waits until all data were traded. */
  public NeoProcess awaitFeedEnded() {
    await(
        "the feed has ended",
        Duration.ofMinutes(2),
        () -> api().get("status").getString("feed").equals("ended"));
    return this;
  }

  /** A counter of the status; zero before the first event. */
  public long count(String counter) throws IOException, InterruptedException {
    return api().get("status").getJsonObject("counts", new JsonObject()).getLong(counter, 0L);
  }

  /** What the process tells scripts. */
  public JsonObject runFile() {
    return new JsonObject(text(dataDirectory.resolve("run.json")));
  }

  /** The state of one part of the system, such as Gateway, as the page shows it. */
  public String health(String name) throws IOException, InterruptedException {
    return part(name).getString("state");
  }

  private JsonObject part(String name) throws IOException, InterruptedException {
    JsonArray parts = api().get("status").getJsonArray("health");
    return parts.stream()
        .map(JsonObject.class::cast)
        .filter(one -> one.getString("name").equals(name))
        .findFirst()
        .orElseThrow(() -> new IOException("no part " + name + " in " + parts));
  }

  public Api api() {
    return new Api(runFile().getString("api"), dataDirectory.resolve("token"));
  }

  public ProcessHandle modelTier() {
    return ProcessHandle.of(runFile().getLong("model_tier_pid")).orElseThrow();
  }

  /** PostgreSQL's server process, if one runs on this data directory. */
  public Optional<ProcessHandle> postgres() {
    try (Stream<String> lines =
        Files.lines(dataDirectory.resolve("postgres").resolve("postmaster.pid"))) {
      return lines.findFirst().map(String::strip).map(Long::parseLong).flatMap(ProcessHandle::of);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The server process of Redis, if one runs on this data directory. */
  public Optional<ProcessHandle> redis() {
    try {
      String pid = Files.readString(dataDirectory.resolve("redis").resolve("redis.pid")).strip();
      return ProcessHandle.of(Long.parseLong(pid));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  public Database database() {
    return Database.of(dataDirectory);
  }

  /** As {@code kill -9}: nothing in the process hears of it. */
  public void kill() {
    kill(process.toHandle());
  }

  /** As {@code kill -9}. */
  public static void kill(ProcessHandle process) {
    Processes.signal("KILL", Long.toString(process.pid()));
    Wait.until("it is dead", Duration.ofSeconds(10), () -> "", () -> !Processes.runs(process));
  }

  /** As a service manager stops it. */
  public void terminate() {
    Processes.signal("TERM", Long.toString(pid()));
  }

  /** As Ctrl-C does: a terminal sends the signal to every process of the group. */
  public void interrupt() {
    Processes.signal("INT", "-" + pid());
  }

  /** Waits for the end. */
  public Finished awaitEnd(Duration longest) {
    try {
      if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("it has not ended in " + longest.toSeconds() + " s\n" + story());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    return new Finished(process.exitValue(), out(), err());
  }

  @Override
  public void close() {
    if (alive()) {
      terminate();
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
    Processes.on(dataDirectory).keySet().forEach(NeoProcess::kill);
    Folders.delete(out.getParent());
  }
}
