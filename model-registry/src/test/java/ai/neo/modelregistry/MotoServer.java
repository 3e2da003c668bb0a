package ai.neo.modelregistry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * An S3 server in a process of its own: the one that {@code NEO_TEST_MOTO} names, or {@code
 * moto_server} on the path. Where there is none, the test is skipped and says how to get one.
 */
final class MotoServer implements AutoCloseable {
  private static final String MISSING =
      "no S3 server here: python3 -m venv /tmp/moto && /tmp/moto/bin/pip install 'moto[s3]==5.2.5'"
          + " flask flask-cors, then NEO_TEST_MOTO=/tmp/moto/bin/moto_server ./mvnw …";
  private static final long START_SECONDS = 30;

  private final Process process;
  private final URI address;

  private MotoServer(Process process, URI address) {
    this.process = process;
    this.address = address;
  }

  /** Returns when it answers. */
  static MotoServer start(Path directory) throws IOException, InterruptedException {
    String named = System.getenv("NEO_TEST_MOTO");
    int port = freePort();
    Process process;
    try {
      process =
          new ProcessBuilder(
                  named == null ? "moto_server" : named,
                  "-H",
                  "127.0.0.1",
                  "-p",
                  Integer.toString(port))
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("moto.log").toFile())
              .start();
    } catch (IOException e) {
      assertThat(named).as("NEO_TEST_MOTO names a program that does not start").isNull();
      Assumptions.abort(MISSING);
      throw e;
    }
    URI address = URI.create("http://127.0.0.1:" + port);
    awaitAnswer(process, address);
    return new MotoServer(process, address);
  }

  private static void awaitAnswer(Process process, URI address) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (System.nanoTime() < end && process.isAlive()) {
        try {
          client.send(
              HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(START_SECONDS)).build(),
              HttpResponse.BodyHandlers.discarding());
          return;
        } catch (IOException e) {
          process.waitFor(50, TimeUnit.MILLISECONDS); // not listening yet
        }
      }
    }
    process.destroyForcibly();
    throw new IllegalStateException("moto_server did not answer; its log is moto.log");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  URI address() {
    return address;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
