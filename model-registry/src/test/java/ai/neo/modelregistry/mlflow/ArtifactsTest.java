package ai.neo.modelregistry.mlflow;

import static ai.neo.modelregistry.mlflow.MlflowFixture.encoded;
import static ai.neo.modelregistry.mlflow.MlflowFixture.object;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelregistry.SharedPostgres;
import ai.neo.modelregistry.TestDatabase;
import ai.neo.modelregistry.mlflow.MlflowFixture.Reply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Files in and out, and paths that try to leave. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArtifactsTest {
  @TempDir private static Path directory;
  private MlflowFixture mlflow;

  @BeforeAll
  void start(@ExtendWith(SharedPostgres.class) TestDatabase database) throws IOException {
    mlflow = new MlflowFixture(database, directory);
  }

  @AfterAll
  void stop() throws IOException {
    mlflow.close();
  }

  @Test
  void aFileOfAnySizeComesBackAsItWas() {
    byte[] large = new byte[5_000_000];
    new SplittableRandom(1).nextBytes(large);
    mlflow.put("1/big/a.bin", large).ok();
    HttpResponse<byte[]> there = get("1/big/a.bin");
    assertThat(there.body()).isEqualTo(large);
    assertThat(there.headers().firstValue("Content-Disposition"))
        .contains("attachment; filename=a.bin");
    assertThat(there.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    mlflow.put("1/big/a.bin", bytes("new")).ok();
    assertThat(get("1/big/a.bin").body()).isEqualTo(bytes("new"));
    HttpResponse<byte[]> head =
        mlflow.send(file("1/big/a.bin").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.headers().firstValue("Content-Length")).contains("3");
  }

  @Test
  void anEmptyFileComesAsChunksWithoutAnyChunk() {
    mlflow
        .reply(
            file("1/empty/__init__.py")
                .PUT(HttpRequest.BodyPublishers.ofInputStream(InputStream::nullInputStream)))
        .ok();
    assertThat(get("1/empty/__init__.py").body()).isEmpty();
    mlflow
        .reply(
            file("1/empty/chunked")
                .PUT(
                    HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(bytes("chunks")))))
        .ok();
    assertThat(get("1/empty/chunked").body()).isEqualTo(bytes("chunks"));
  }

  @Test
  void foldersAreListedByBaseNames() {
    mlflow.put("1/list/MLmodel", bytes("12345")).ok();
    mlflow.put("1/list/data/model.pt", bytes("1")).ok();
    mlflow.put("1/list/data/deep/x", bytes("1")).ok();
    mlflow.put("1/list-of-another/x", bytes("1")).ok();
    assertThat(list("1/list"))
        .isEqualTo(
            new JsonArray(
                List.of(
                    object("path", "MLmodel", "is_dir", false, "file_size", 5),
                    object("path", "data", "is_dir", true))));
    assertThat(list("1/list/data/").size()).isEqualTo(2);
    assertThat(list("1/list/MLmodel").isEmpty()).isTrue();
    assertThat(list("1/none").isEmpty()).isTrue();
    assertThat(mlflow.reply(file("1/list/data")).invalid()).contains("is a folder");
    assertThat(mlflow.reply(file("1/list/none")).absent())
        .isEqualTo("No such artifact: '1/list/none'");
    mlflow.put("1/list/data", bytes("x")).invalid();
    mlflow.put("1/list/MLmodel/below", bytes("x")).invalid();
    mlflow.reply(file("1/list/data").DELETE()).ok();
    assertThat(list("1/list").size()).isEqualTo(1);
    mlflow.reply(file("1/list/data").DELETE()).ok();
  }

  @Test
  void aRunsFilesAreListedFromItsRoot() {
    String run = mlflow.run("0");
    mlflow.put("0/" + run + "/artifacts/tree/sub/x", bytes("1")).ok();
    JsonObject listed = mlflow.get("artifacts/list", "run_id", run, "path", "tree").ok();
    assertThat(listed.getString("root_uri")).isEqualTo("mlflow-artifacts:/0/" + run + "/artifacts");
    assertThat(listed.getJsonArray("files"))
        .isEqualTo(new JsonArray(List.of(object("path", "tree/sub", "is_dir", true))));
    mlflow.get("artifacts/list", "run_id", run, "path", "../x").invalid();
    mlflow.get("artifacts/list", "run_id", "none").absent();
  }

  @Test
  void namesSurvive() {
    for (String name :
        List.of(
            "a b.txt",
            "ü€😀.bin",
            "+&=;,'()[]{}!~$@",
            "100%",
            ".hidden",
            "-dash",
            "x".repeat(200),
            "Case",
            "case")) {
      String path = "1/names/" + encoded(name).replace("+", "%20");
      mlflow.put(path, bytes(name)).ok();
      assertThat(get(path).body()).as(name).isEqualTo(bytes(name));
    }
    assertThat(list("1/names").size()).isEqualTo(9);
  }

  @Test
  void noPathLeavesTheStore() throws IOException {
    mlflow.put("1/safe/x", bytes("x")).ok();
    for (String path :
        List.of(
            "%2e%2e/%2e%2e/etc/passwd",
            "1/..%2f..%2fetc%2fpasswd",
            "1/%252e%252e/x",
            "1/%25252e%25252e%25252fx",
            "%2fetc/passwd",
            "/etc/passwd",
            "1/a%23b",
            "1/a%00b",
            "1/..%5cx",
            "C:%5Cwindows",
            "1/./x",
            "1//x",
            "1/" + "x".repeat(256))) {
      mlflow.put(path, bytes("evil")).invalid();
      mlflow.reply(file(path)).invalid();
      mlflow.reply(file(path).DELETE()).invalid();
    }
    for (String path : List.of("..", "/etc", "1/%2e%2e", "a/../../b", "C:\\", "\\\\host")) {
      mlflow
          .reply(mlflow.request("/api/2.0/mlflow-artifacts/artifacts?path=" + encoded(path)))
          .invalid();
    }
    String raw = raw("GET /api/2.0/mlflow-artifacts/artifacts/../../../../etc/passwd HTTP/1.1", "");
    assertThat(raw).startsWith("HTTP/1.1 400").doesNotContain("root:");
    try (Stream<Path> files = Files.walk(directory.getParent(), 1)) {
      assertThat(files).noneMatch(file -> file.getFileName().toString().equals("x"));
    }
  }

  @Test
  void anUploadThatIsCutLeavesTheOlderFile() throws IOException {
    mlflow.put("1/cut/x", bytes("old")).ok();
    String path = "PUT /api/2.0/mlflow-artifacts/artifacts/1/cut/x HTTP/1.1";
    raw(path, "Content-Length: 100\r\n\r\nhalf");
    raw(path, "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    raw(path.replace("cut/x", "cut/y"), "Content-Length: 100\r\n\r\nhalf");
    assertThat(get("1/cut/x").body()).isEqualTo(bytes("old"));
    mlflow.reply(file("1/cut/y")).absent();
  }

  @Test
  void aRefusedUploadLeavesItsConnectionInOrder() {
    byte[] large = new byte[300_000];
    mlflow.put("1/order/file", bytes("x")).ok();
    for (int i = 0; i < 3; i++) {
      mlflow.put("1/order/file/below", large).invalid();
      assertThat(get("1/order/file").body()).isEqualTo(bytes("x"));
    }
  }

  @Test
  void aRangeIsAPart() {
    mlflow.put("1/range/x", bytes("0123456789")).ok();
    HttpResponse<byte[]> part = mlflow.send(file("1/range/x").header("Range", "bytes=2-4"));
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(bytes("234"));
    assertThat(part.headers().firstValue("Content-Range")).contains("bytes 2-4/10");
    assertThat(mlflow.send(file("1/range/x").header("Range", "bytes=-3")).body())
        .isEqualTo(bytes("789"));
    assertThat(mlflow.send(file("1/range/x").header("Range", "bytes=10-")).statusCode())
        .isEqualTo(416);
  }

  @Test
  void whatIsOptionalIsNotImplemented() {
    Reply multipart =
        mlflow.reply(
            mlflow
                .request("/api/2.0/mlflow-artifacts/mpu/create/1/x")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
    assertThat(multipart.refused(501, "NOT_IMPLEMENTED"))
        .isEqualTo("Multipart upload is not supported for the current artifact repository");
    mlflow
        .reply(mlflow.request("/api/2.0/mlflow-artifacts/presigned/1/x"))
        .refused(501, "NOT_IMPLEMENTED");
  }

  private JsonArray list(String path) {
    return mlflow
        .reply(mlflow.request("/api/2.0/mlflow-artifacts/artifacts?path=" + encoded(path)))
        .ok()
        .getJsonArray("files", new JsonArray());
  }

  private HttpRequest.Builder file(String path) {
    return mlflow.request("/api/2.0/mlflow-artifacts/artifacts/" + path);
  }

  private HttpResponse<byte[]> get(String path) {
    HttpResponse<byte[]> reply = mlflow.send(file(path));
    assertThat(reply.statusCode()).as(() -> Arrays.toString(reply.body())).isEqualTo(200);
    return reply;
  }

  /** Writes a request as it is, ends the output, and reads what comes until the end. */
  private String raw(String line, String rest) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), mlflow.port())) {
      socket.setSoTimeout(20_000);
      String headers = "\r\nHost: 127.0.0.1:" + mlflow.port() + "\r\nConnection: close\r\n";
      String end = rest.isEmpty() ? "\r\n" : rest;
      socket.getOutputStream().write(bytes(line + headers + end));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
