package ai.neo.orchestrator.cli;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A gRPC server that a data directory announces as its run's gateway, and commands against it. */
final class GatewayOfTests implements AutoCloseable {
  private final Server server;
  private final Path dataDirectory;

  /** What a command came to. */
  record Result(int code, String out, String err) {
    JsonObject json() {
      return new JsonObject(out);
    }
  }

  GatewayOfTests(Path dataDirectory, BindableService... services) throws IOException {
    this.dataDirectory = dataDirectory;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addServices(Arrays.stream(services).map(BindableService::bindService).toList())
            .build()
            .start();
    Files.writeString(
        dataDirectory.resolve("run.json"),
        new JsonObject()
            .put("pid", ProcessHandle.current().pid())
            .put("run_id", "run-7")
            .put("gateway_host", "127.0.0.1")
            .put("gateway_port", server.getPort())
            .encode());
  }

  int port() {
    return server.getPort();
  }

  /** Where it listens. */
  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Runs a command on the data directory. */
  Result neo(String... words) {
    String[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--data-dir";
    all[words.length + 1] = dataDirectory.toString();
    return alone(all);
  }

  /** Runs a command that is not told of the data directory. */
  static Result alone(String... all) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Neo.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(all);
    return new Result(code, out.toString(), err.toString());
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
