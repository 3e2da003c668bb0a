package ai.neo.modeltier;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import inference.GRPCInferenceServiceGrpc;
import inference.ServerReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process: what it says, what it serves, and when it ends. */
class ModelTierTest {
  @TempDir private Path directory;

  @Test
  void itSaysWhenItServesAndEndsWithItsParent() throws Exception {
    Process parent = new ProcessBuilder("sleep", "600").start();
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        TierProcess tier =
            start(TierProcess.url(postgres), "--parent-pid", Long.toString(parent.pid()))) {
      assertThat(tier.said()).startsWith("READY {");
      served(tier);
      parent.destroyForcibly();
      assertThat(tier.awaitEnd(10)).isZero();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void itEndsAtOnceOnSigterm() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        TierProcess tier = start(TierProcess.url(postgres))) {
      assertThat(tier.said()).startsWith("READY {");
      tier.terminate();
      assertThat(tier.awaitEnd(10)).isEqualTo(143);
    }
  }

  @Test
  void withoutADatabaseItEndsAndSaysSo() throws Exception {
    try (TierProcess tier = start("postgresql://postgres@localhost:1/none")) {
      assertThat(tier.said()).isEmpty();
      assertThat(tier.awaitEnd(60)).isEqualTo(5);
      assertThat(Files.readString(errors())).contains("the registry cannot be opened");
    }
  }

  @Test
  void wrongOptionsAreRefusedWithTheUsage() throws Exception {
    try (TierProcess tier = start("postgresql://postgres@localhost:1/none", "--speed", "9")) {
      assertThat(tier.awaitEnd(60)).isEqualTo(2);
      assertThat(Files.readString(errors())).contains("unknown option: --speed", "usage: java");
    }
  }

  private static void served(TierProcess tier) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", tier.grpcPort()).usePlaintext().build();
    try {
      assertThat(
              GRPCInferenceServiceGrpc.newBlockingStub(channel)
                  .serverReady(ServerReadyRequest.getDefaultInstance())
                  .getReady())
          .isTrue();
      StatusRuntimeException unknown =
          Assertions.catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  RegistryServiceGrpc.newBlockingStub(channel)
                      .listVersions(ListVersionsRequest.newBuilder().setModel("none").build()));
      assertThat(unknown.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    } finally {
      channel.shutdownNow();
    }
    URI metrics = URI.create("http://127.0.0.1:" + tier.httpPort() + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> page =
          client.send(
              HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(page.body()).contains("nv_inference_request_success", "neo_learner_updates_total");
      URI registry = URI.create("http://127.0.0.1:" + tier.registryPort() + "/api/2.0/mlflow/");
      assertThat(
              client
                  .send(
                      HttpRequest.newBuilder(registry.resolve("registered-models/search")).build(),
                      HttpResponse.BodyHandlers.ofString())
                  .body())
          .isEqualTo("{}");
    }
  }

  private Path errors() {
    return directory.resolve("errors.log");
  }

  private TierProcess start(String postgresUrl, String... options) throws Exception {
    String[] all = new String[options.length + 2];
    all[0] = "--data-dir";
    all[1] = directory.toString();
    System.arraycopy(options, 0, all, 2, options.length);
    return TierProcess.start(postgresUrl, errors(), all);
  }
}
