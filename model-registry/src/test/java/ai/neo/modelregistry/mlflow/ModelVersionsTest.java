package ai.neo.modelregistry.mlflow;

import static ai.neo.modelregistry.mlflow.MlflowFixture.array;
import static ai.neo.modelregistry.mlflow.MlflowFixture.each;
import static ai.neo.modelregistry.mlflow.MlflowFixture.tag;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelregistry.Samples;
import ai.neo.modelregistry.SharedPostgres;
import ai.neo.modelregistry.TestDatabase;
import ai.neo.modelregistry.TestRegistry;
import ai.neo.proto.registry.v1.ModelVersion;
import io.grpc.Status;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Versions: where they may come from, and that they are the same ones over gRPC. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelVersionsTest {
  private static final byte[] ONNX = Samples.resource("linear.onnx").toByteArray();

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
  void aVersionThatCameOverMlflowIsOneOverGrpc() {
    mlflow.model("both");
    String run = mlflow.run("0");
    mlflow.put(folder(run) + "/model.onnx", ONNX).ok();
    mlflow.put(folder(run) + "/MLmodel", "flavors: {}".getBytes(StandardCharsets.UTF_8)).ok();
    mlflow
        .post(
            "runs/log-metric",
            "run_id",
            run,
            "key",
            "auc",
            "value",
            0.75,
            "timestamp",
            1,
            "step",
            0)
        .ok();
    JsonObject created =
        create(
                "both",
                "mlflow-artifacts:/" + folder(run),
                "run_id",
                run,
                "description",
                "d",
                "tags",
                array(tag("neo.feature_set_id", "fs-9")))
            .ok()
            .getJsonObject("model_version");
    assertThat(created.getString("status")).isEqualTo("READY");
    assertThat(created.getString("version")).isEqualTo("1");
    assertThat(created.getString("run_id")).isEqualTo(run);
    assertThat(created).isEqualTo(get("both", "1"));

    ModelVersion same = mlflow.neo.stub.getVersion(TestRegistry.version("both", "1"));
    assertThat(same.getFormat()).isEqualTo("onnx");
    assertThat(same.getFeatureSetId()).isEqualTo("fs-9");
    assertThat(same.getMetricsMap()).containsEntry("auc", 0.75);
    assertThat(mlflow.neo.stub.fetchArtifact(TestRegistry.version("both", "1")).getContent())
        .isEqualTo(Samples.resource("linear.onnx"));
  }

  @Test
  void aVersionThatCameOverGrpcIsDownloadedOverMlflow() {
    mlflow.neo.register("pushed", 1);
    mlflow.neo.register("pushed", 2);
    assertThat(get("pushed", "2").getString("status")).isEqualTo("READY");
    String uri =
        mlflow
            .get("model-versions/get-download-uri", "name", "pushed", "version", "2")
            .ok()
            .getString("artifact_uri");
    assertThat(uri).isEqualTo("mlflow-artifacts:/registry/pushed/2");
    assertThat(mlflow.send(file("registry/pushed/2/model.neo")).body())
        .isEqualTo(Samples.neoDjl(2).toByteArray());
    mlflow.put("registry/pushed/2/model.neo", ONNX).refused(403, "PERMISSION_DENIED");
    mlflow.reply(file("registry/pushed/2/model.neo").DELETE()).refused(403, "PERMISSION_DENIED");
  }

  private HttpRequest.Builder file(String path) {
    return mlflow.request("/api/2.0/mlflow-artifacts/artifacts/" + path);
  }

  @Test
  void whatMayNotBeLoadedIsKeptWithTheReason() {
    mlflow.model("kept");
    String version =
        mlflow.version("kept", "\u0080\u0004cos\nsystem".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(mlflow.neo.stub.getVersion(TestRegistry.version("kept", version)).getFormat())
        .isEqualTo("opaque");
    Status status =
        TestRegistry.failure(
            () -> mlflow.neo.stub.fetchArtifact(TestRegistry.version("kept", version)));
    assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(status.getDescription()).contains("never loaded", "pickle");
  }

  @Test
  void numbersAreNeverUsedAgain() {
    mlflow.model("numbers");
    for (String expected : List.of("1", "2", "3")) {
      assertThat(mlflow.version("numbers", ONNX)).isEqualTo(expected);
    }
    delete("numbers", "3").ok();
    assertThat(delete("numbers", "3").absent())
        .isEqualTo("Model Version (name=numbers, version=3) not found");
    assertThat(mlflow.version("numbers", ONNX)).isEqualTo("4");
    mlflow.get("model-versions/get", "name", "numbers", "version", "3").absent();
    assertThat(get("numbers", "02").getString("version")).isEqualTo("2");
    assertThat(mlflow.neo.history("numbers").getChainIntact()).isTrue();
    assertThat(mlflow.neo.history("numbers").getEntriesList())
        .extracting(entry -> entry.getAction() + " " + entry.getVersion())
        .contains("delete 3", "register 4");
  }

  @Test
  void aSourceMustBelongToWhatItsCallerNames() {
    mlflow.model("sources");
    String run = mlflow.run("0");
    String other = mlflow.run("0");
    mlflow.put(folder(run) + "/model.onnx", ONNX).ok();
    String source = "mlflow-artifacts:/" + folder(run);
    create("sources", source).invalid();
    create("sources", source, "run_id", other).invalid();
    create("sources", source + "/../../x", "run_id", run).invalid();
    create("sources", source + "/%252e%252e/x", "run_id", run).invalid();
    create("sources", "mlflow-artifacts://host/" + folder(run), "run_id", run).invalid();
    create("sources", "http://example.com/model.onnx").invalid();
    create("sources", "/etc/passwd").invalid();
    create("sources", "file:///etc/passwd", "run_id", run).invalid();
    create("sources", "runs:/" + other + "/net", "run_id", run).invalid();
    create("sources", "models:/m-none").invalid();
    create("sources", "models:/none/1").absent();
    create("none", source, "run_id", run).absent();
    create("sources", "").invalid();
    create("sources", "s3://bucket/model").ok();
    create("sources", "runs:/" + run + "/net", "run_id", run).ok();
    assertThat(
            mlflow
                .get("model-versions/get-download-uri", "name", "sources", "version", "2")
                .ok()
                .getString("artifact_uri"))
        .isEqualTo("runs:/" + run + "/net");
    assertThat(mlflow.neo.stub.getVersion(TestRegistry.version("sources", "2")).getFormat())
        .isEqualTo("onnx");
  }

  @Test
  void aCopyIsTheSameFile() {
    mlflow.model("original");
    mlflow.version("original", ONNX);
    mlflow.model("copy");
    JsonObject copy = create("copy", "models:/original/1").ok().getJsonObject("model_version");
    assertThat(copy.getString("source")).isEqualTo("models:/original/1");
    assertThat(mlflow.neo.stub.getVersion(TestRegistry.version("copy", "1")).getDigest())
        .isEqualTo(mlflow.neo.stub.getVersion(TestRegistry.version("original", "1")).getDigest());
    create("copy", "models:/original/1", "run_id", "another").invalid();
  }

  @Test
  void aVersionIsDescribedAndTagged() {
    mlflow.model("words");
    mlflow.version("words", ONNX);
    Object[] one = {"name", "words", "version", "1"};
    mlflow.call("PATCH", "model-versions/update", with(one, "description", "new")).ok();
    mlflow.post("model-versions/set-tag", with(one, "key", "k", "value", "v")).ok();
    assertThat(get("words", "1").getString("description")).isEqualTo("new");
    assertThat(get("words", "1").getJsonArray("tags")).isEqualTo(array(tag("k", "v")));
    mlflow.call("DELETE", "model-versions/delete-tag", with(one, "key", "k")).ok();
    mlflow.call("DELETE", "model-versions/delete-tag", with(one, "key", "k")).ok();
    assertThat(get("words", "1").containsKey("tags")).isFalse();
    assertThat(mlflow.get("model-versions/get", "name", "words", "version", "x").invalid())
        .isEqualTo("Parameter 'version' must be an integer, got 'x'.");
    mlflow.post("model-versions/set-tag", "name", "words", "version", 1, "key", "k").invalid();
    mlflow.call("PATCH", "model-versions/update", "name", "words", "version", "7").absent();
  }

  @Test
  void aSearchFiltersSortsAndPages() {
    mlflow.model("seek");
    List<String> versions = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      versions.add(mlflow.version("seek", ONNX));
    }
    String run = get("seek", "2").getString("run_id");
    mlflow
        .post("model-versions/set-tag", "name", "seek", "version", "3", "key", "q", "value", "x")
        .ok();
    assertThat(found("name = 'seek'", "order_by", List.of("version_number ASC")))
        .containsExactlyElementsOf(List.copyOf(versions));
    assertThat(found("name='seek'")).containsExactly("4", "3", "2", "1");
    assertThat(found("run_id = '%s'".formatted(run))).containsExactly("2");
    assertThat(found("run_id IN ('%s','none')".formatted(run))).containsExactly("2");
    assertThat(found("name = 'seek' AND version_number >= 3")).containsExactly("4", "3");
    assertThat(found("name = 'seek' AND version_number = '1'")).containsExactly("1");
    assertThat(found("tags.q = 'x'")).containsExactly("3");
    JsonObject found =
        mlflow.get("model-versions/search", "filter", "name='seek'", "max_results", 3).ok();
    JsonObject rest =
        mlflow
            .get(
                "model-versions/search",
                "filter",
                "name='seek'",
                "max_results",
                3,
                "page_token",
                found.getString("next_page_token"))
            .ok();
    assertThat(each(rest, "model_versions", "version")).containsExactly("1");
    for (String filter : List.of("stage = 'None'", "run_id IN ()", "alias = 'x'", "name = 3")) {
      mlflow.get("model-versions/search", "filter", filter).invalid();
    }
    mlflow.get("model-versions/search", "order_by", "version").invalid();
    mlflow.get("model-versions/search", "max_results", 200_001).invalid();
  }

  private List<Object> found(String filter, Object... more) {
    return each(
        mlflow.get("model-versions/search", with(new Object[] {"filter", filter}, more)).ok(),
        "model_versions",
        "version");
  }

  private static Object[] with(Object[] fields, Object... more) {
    List<Object> all = new ArrayList<>(List.of(fields));
    all.addAll(List.of(more));
    return all.toArray();
  }

  private static String folder(String run) {
    return "0/" + run + "/artifacts/net";
  }

  private MlflowFixture.Reply create(String model, String source, Object... more) {
    return mlflow.post(
        "model-versions/create", with(new Object[] {"name", model, "source", source}, more));
  }

  private MlflowFixture.Reply delete(String model, String version) {
    return mlflow.call("DELETE", "model-versions/delete", "name", model, "version", version);
  }

  private JsonObject get(String model, String version) {
    return mlflow
        .get("model-versions/get", "name", model, "version", version)
        .ok()
        .getJsonObject("model_version");
  }
}
