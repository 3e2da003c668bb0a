package ai.neo.benchmarks;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How long {@code ./neo run} takes until its page, its health and its first prediction are there:
 * the script, as a person types it, watched from outside. Cold: an empty data directory, so that a
 * database is made and a model trained. Warm: the directory of an earlier run.
 */
final class StartTime implements Program {
  private static final long LONGEST_NS = 120_000_000_000L;
  private static final long LOOK_EVERY_MS = 5;
  private static final int WARM_STARTS = 3;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private record Start(double pageNs, double readyNs, double predictionNs) {}

  @Override
  public List<Figure> measure() throws Exception {
    try (Scratch scratch = Scratch.make()) {
      Path data = scratch.path().resolve("data");
      Start cold = start(data, "max");
      Start warm = start(data, "max");
      for (int i = 1; i < WARM_STARTS; i++) {
        warm = better(warm, start(data, "max"));
      }
      Start shown = start(data, "600");
      Figure.Unit ns = Figure.Unit.NANOSECONDS;
      return List.of(
          Figure.below("start, warm: page", warm.pageNs(), 2e9, ns, ""),
          Figure.below("start, warm: /health/ready", warm.readyNs(), 2e9, ns, ""),
          Figure.below(
              "start, warm: first prediction (--speed max)", warm.predictionNs(), 3e9, ns, ""),
          Figure.below(
              "start, warm: first prediction at the default speed",
              shown.predictionNs(),
              3e9,
              ns,
              "features need 35 bars, and 10 come in a second"),
          Figure.plain(
              "start, cold: page, /health/ready, first prediction",
              ns.say(cold.pageNs())
                  + ", "
                  + ns.say(cold.readyNs())
                  + ", "
                  + ns.say(cold.predictionNs()),
              "makes a database and trains the first model"));
    }
  }

  private static Start better(Start one, Start other) {
    return new Start(
        Math.min(one.pageNs(), other.pageNs()),
        Math.min(one.readyNs(), other.readyNs()),
        Math.min(one.predictionNs(), other.predictionNs()));
  }

  private Start start(Path data, String speed) throws Exception {
    Files.createDirectories(data);
    ProcessBuilder builder =
        new ProcessBuilder(
            GatewayUnderTest.home().resolve("neo").toString(),
            "run",
            "--speed",
            speed,
            "--data-dir",
            data.toString(),
            "--set",
            "page.port=0",
            "--set",
            "gateway.port=0",
            "--set",
            "metrics.port=0",
            "--set",
            "registry.port=0");
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(data.resolveSibling("neo.log").toFile());
    Path running = data.resolve("run.json");
    Files.deleteIfExists(running);
    long began = System.nanoTime();
    Process neo = builder.start();
    try {
      wait(neo, began, () -> page(running) != null);
      String page = page(running);
      wait(neo, began, () -> answers(page));
      double pageNs = System.nanoTime() - began;
      wait(neo, began, () -> answers(page + "health/ready"));
      double readyNs = System.nanoTime() - began;
      wait(neo, began, () -> predictions(page) > 0);
      return new Start(pageNs, readyNs, (double) (System.nanoTime() - began));
    } finally {
      neo.destroy();
      if (!neo.waitFor(10, TimeUnit.SECONDS)) {
        neo.destroyForcibly().waitFor();
      }
    }
  }

  private static void wait(Process neo, long began, BooleanSupplier until)
      throws InterruptedException {
    while (!until.getAsBoolean()) {
      if (!neo.isAlive() || System.nanoTime() - began > LONGEST_NS) {
        throw new IllegalStateException(
            "./neo run "
                + (neo.isAlive() ? "takes longer than two minutes" : "ended: " + neo.exitValue()));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    }
  }

  /** The page's address; null until Neo has announced it. */
  private static String page(Path running) {
    try {
      return Files.exists(running)
          ? new JsonObject(Files.readString(running)).getString("page")
          : null;
    } catch (IOException | io.vertx.core.json.DecodeException e) {
      return null; // Half written.
    }
  }

  private boolean answers(String url) {
    return get(url) != null;
  }

  private long predictions(String page) {
    String status = get(page + "api/v1/status");
    if (status == null) {
      return 0;
    }
    JsonObject counts = new JsonObject(status).getJsonObject("counts");
    return counts == null ? 0 : counts.getLong("predictions");
  }

  /** The body of a good answer; null if there is none. */
  private String get(String url) {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(5)).build(),
              HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200 ? response.body() : null;
    } catch (IOException e) {
      return null; // Not there yet.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
