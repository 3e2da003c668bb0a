package ai.neo.systemtests.clients;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A Triton from its Python wheel, with the python backend, on the CPU and without a container. */
final class RealTriton implements AutoCloseable {
  private static final long START_SECONDS = 60;
  private static final int TRIES = 3;

  private final Path site;
  private final Path models;
  private final Path log;
  private final int port = freePort();
  private final int httpPort = freePort();
  private final String libraries;
  private Process process;

  /**
   * @param python has the wheel
   * @param models the folder that it serves; it writes into it
   */
  RealTriton(PythonEnvironment python, Path models, Path log)
      throws IOException, InterruptedException {
    this.site = python.sitePackages();
    this.models = models;
    this.log = log;
    Path backend = server().resolve("backends").resolve("python");
    String release = python.release();
    Path stubs = server().resolve("python_backend_stubs").resolve(release);
    Assumptions.assumeTrue(
        Files.isDirectory(stubs), () -> "Triton's wheel has no stub for Python " + release);
    Files.copy(
        stubs.resolve("triton_python_backend_stub"),
        backend.resolve("triton_python_backend_stub"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    this.libraries = site.resolve("nvidia_pytriton.libs") + ":" + python.libraryFolder();
    start();
  }

  private Path server() {
    return site.resolve("pytriton").resolve("tritonserver");
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** On a busy machine the start aborts now and then: it is tried again. */
  void start() throws IOException, InterruptedException {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      launch();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
      while (process.isAlive() && System.nanoTime() < end) {
        if (listens()) {
          return;
        }
        process.waitFor(100, TimeUnit.MILLISECONDS);
      }
      die();
    }
    Assumptions.abort("Triton does not start here: " + lastLine());
  }

  private void launch() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                server().resolve("bin").resolve("tritonserver").toString(),
                "--backend-directory=" + server().resolve("backends"),
                "--model-repository=" + models,
                "--disable-auto-complete-config",
                "--exit-on-error=false",
                "--exit-timeout-secs=5",
                "--allow-metrics=false",
                "--grpc-address=127.0.0.1",
                "--http-address=127.0.0.1",
                "--grpc-port=" + port,
                "--http-port=" + httpPort));
    Path bin = site.resolve(Path.of("..", "..", "..", "bin")).normalize();
    builder.environment().merge("PATH", bin.toString(), (old, first) -> first + ":" + old);
    builder.environment().put("LD_LIBRARY_PATH", libraries);
    process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private String lastLine() throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.reduce("", (before, line) -> line);
    }
  }

  /** As by kill -9, its model processes too. */
  void die() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
