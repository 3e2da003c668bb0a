package ai.neo.modelregistry.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelregistry.ArtifactStore;
import ai.neo.modelregistry.SharedPostgres;
import ai.neo.modelregistry.TestDatabase;
import ai.neo.modelregistry.network.EventLoop;
import com.google.protobuf.ByteString;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads where every write fails as on a full disk: onto Linux's {@code /dev/full}. */
class FullDiskTest {
  @TempDir private static Path directory;

  private final FullStore store = new FullStore();
  private final Queue<Throwable> unhandled = new ConcurrentLinkedQueue<>();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private MlflowFixture mlflow;
  private Vertx vertx;
  private int port;

  @BeforeEach
  void start(@ExtendWith(SharedPostgres.class) TestDatabase database) throws Exception {
    mlflow = new MlflowFixture(database, directory);
    vertx = EventLoop.start().exceptionHandler(unhandled::add);
    ArtifactTransfers transfers =
        new ArtifactTransfers(vertx, store, new ArtifactFiles(mlflow.neo.registry.database()));
    port =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> transfers.receive(request, "1/full/x", work -> later(request, work)))
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS)
            .actualPort();
  }

  @AfterEach
  void stop() throws Exception {
    executor.shutdownNow();
    vertx.close().await(10, TimeUnit.SECONDS);
    mlflow.close();
  }

  /** A small body ends before its write has failed, a large one goes on after that. */
  @ParameterizedTest
  @ValueSource(ints = {10, 3_000_000})
  void theUploadIsRefusedAndNothingElseFails(int bytes) throws IOException, InterruptedException {
    HttpResponse<String> reply = put(new byte[bytes]);

    assertThat(reply.body()).isEqualTo("The upload of '1/full/x' failed: No space left on device");
    assertThat(reply.statusCode()).isEqualTo(503);
    assertThat(store.calls).containsExactly("begin", "discard");
    assertThat(unhandled).isEmpty();
    assertThat(
            mlflow.reply(mlflow.request("/api/2.0/mlflow-artifacts/artifacts/1/full/x")).absent())
        .contains("1/full/x");
  }

  private HttpResponse<String> put(byte[] content) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
              .timeout(Duration.ofSeconds(20))
              .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Answers as {@link MlflowServer} does: off the event loop, and when all of the body is here. */
  private void later(HttpServerRequest request, Supplier<Runnable> work) {
    Context context = vertx.getOrCreateContext();
    executor.execute(
        () -> {
          Runnable reply;
          try {
            reply = work.get();
          } catch (MlflowException e) {
            reply = () -> refuse(request, e);
          }
          Runnable finished = reply;
          context.runOnContext(x -> finished.run());
        });
  }

  private static void refuse(HttpServerRequest request, MlflowException e) {
    Runnable answer = () -> request.response().setStatusCode(e.code().status()).end(e.getMessage());
    if (request.isEnded()) {
      answer.run();
    } else {
      request.handler(x -> {}).endHandler(x -> answer.run()).resume();
    }
  }

  /**
   * Takes uploads where nothing can be written. It deletes nothing: the device is the machine's.
   */
  private static final class FullStore implements ArtifactStore {
    final Queue<String> calls = new ConcurrentLinkedQueue<>();

    @Override
    public Path begin() {
      calls.add("begin");
      return Path.of("/dev/full");
    }

    @Override
    public void keep(Path part, String digest) {
      calls.add("keep");
    }

    @Override
    public void discard(Path part) {
      calls.add("discard");
    }

    @Override
    public String put(ByteString content) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Path file(String digest) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ByteString start(String digest, int bytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ByteString get(String digest) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ByteString original(String digest) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
