package ai.neo.modelregistry.mlflow;

import static ai.neo.modelregistry.mlflow.MlflowFixture.array;
import static ai.neo.modelregistry.mlflow.MlflowFixture.each;
import static ai.neo.modelregistry.mlflow.MlflowFixture.object;
import static ai.neo.modelregistry.mlflow.MlflowFixture.tag;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelregistry.Samples;
import ai.neo.modelregistry.SharedPostgres;
import ai.neo.modelregistry.TestDatabase;
import ai.neo.modelregistry.TestRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Models as client 3 logs them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoggedModelsTest {
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
  void aModelsFilesAreListedFromItsRoot() {
    JsonObject info =
        mlflow
            .post("logged-models", "experiment_id", "0", "name", "listed")
            .ok()
            .getJsonObject("model")
            .getJsonObject("info");
    String id = info.getString("model_id");
    String root = info.getString("artifact_uri");
    String place = "logged-models/" + id + "/artifacts/directories";
    assertThat(mlflow.get(place).ok()).isEqualTo(object("root_uri", root));

    String folder = root.substring("mlflow-artifacts:/".length());
    mlflow.put(folder + "/data/deep/x", new byte[] {1, 2}).ok();
    mlflow.put(folder + "/MLmodel", new byte[] {1, 2, 3}).ok();
    assertThat(mlflow.get(place).ok())
        .isEqualTo(
            object(
                "root_uri",
                root,
                "files",
                new JsonArray(
                    List.of(
                        object("path", "MLmodel", "is_dir", false, "file_size", 3L),
                        object("path", "data", "is_dir", true)))));
    assertThat(mlflow.get(place, "artifact_directory_path", "data/deep").ok().getJsonArray("files"))
        .isEqualTo(
            new JsonArray(
                List.of(object("path", "data/deep/x", "is_dir", false, "file_size", 2L))));
    mlflow.get(place, "artifact_directory_path", "../0").invalid();
    mlflow.get("logged-models/m-none/artifacts/directories").absent();
  }

  @Test
  void aModelIsLoggedUploadedFinishedAndRegistered() {
    String run = mlflow.run("0");
    JsonObject model =
        mlflow
            .post(
                "logged-models",
                "experiment_id",
                "0",
                "name",
                "net",
                "source_run_id",
                run,
                "params",
                array(tag("depth", "3")),
                "tags",
                array(tag("t", "1")))
            .ok()
            .getJsonObject("model");
    JsonObject info = model.getJsonObject("info");
    String id = info.getString("model_id");
    assertThat(id).matches("m-[0-9a-f]{32}");
    assertThat(info.getString("status")).isEqualTo("LOGGED_MODEL_PENDING");
    assertThat(info.getString("artifact_uri"))
        .isEqualTo("mlflow-artifacts:/0/models/" + id + "/artifacts");
    assertThat(model.getJsonObject("data").getJsonArray("params"))
        .isEqualTo(array(tag("depth", "3")));
    mlflow
        .put(
            "0/models/" + id + "/artifacts/model.onnx",
            Samples.resource("linear.onnx").toByteArray())
        .ok();
    mlflow
        .call("PATCH", "logged-models/" + id, "model_id", id, "status", "LOGGED_MODEL_READY")
        .ok();
    assertThat(info(id).getString("status")).isEqualTo("LOGGED_MODEL_READY");

    mlflow.model("logged");
    JsonObject version =
        mlflow
            .post(
                "model-versions/create",
                "name",
                "logged",
                "source",
                "models:/" + id,
                "model_id",
                id)
            .ok()
            .getJsonObject("model_version");
    assertThat(version.getString("run_id")).isEqualTo(run);
    assertThat(
            mlflow
                .get("model-versions/get-download-uri", "name", "logged", "version", "1")
                .ok()
                .getString("artifact_uri"))
        .isEqualTo(info.getString("artifact_uri"));
    assertThat(mlflow.neo.stub.getVersion(TestRegistry.version("logged", "1")).getFormat())
        .isEqualTo("onnx");
    assertThat(info(id).getJsonArray("tags"))
        .contains(
            tag("mlflow.modelVersions", array(object("name", "logged", "version", 1)).encode()));
    mlflow
        .post(
            "model-versions/create", "name", "logged", "source", "models:/" + id, "model_id", "m-x")
        .invalid();
  }

  @Test
  void tagsAndParamsChangeAndADeletedModelIsHidden() {
    String id = create("changes", "");
    mlflow.call("PATCH", "logged-models/" + id + "/tags", "tags", array(tag("a b", "1"))).ok();
    assertThat(info(id).getJsonArray("tags")).contains(tag("a b", "1"));
    mlflow.reply(mlflow.request(path(id) + "/tags/a%20b").DELETE()).ok();
    mlflow.reply(mlflow.request(path(id) + "/tags/a%20b").DELETE()).absent();
    mlflow.post("logged-models/" + id + "/params", "params", array(tag("p", "1"))).ok();
    mlflow.call("PATCH", "logged-models/" + id, "status", "NO_SUCH").invalid();
    mlflow.call("DELETE", "logged-models/" + id).ok();
    assertThat(mlflow.get("logged-models/" + id).absent())
        .isEqualTo("Logged model with ID '%s' not found.".formatted(id));
    mlflow.call("PATCH", "logged-models/" + id, "status", "LOGGED_MODEL_READY").absent();
    mlflow.post("logged-models", "experiment_id", "0", "name", "a/b").invalid();
    mlflow.post("logged-models", "experiment_id", "0").ok();
    mlflow.post("logged-models").invalid();
    mlflow.post("logged-models", "experiment_id", "55555").absent();
  }

  @Test
  void aSearchFiltersByMetricsOnDataSortsAndPages() {
    String experiment = mlflow.experiment("models");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String run = mlflow.run(experiment);
      String id =
          mlflow
              .post(
                  "logged-models",
                  "experiment_id",
                  experiment,
                  "name",
                  "m" + i,
                  "source_run_id",
                  run)
              .ok()
              .getJsonObject("model")
              .getJsonObject("info")
              .getString("model_id");
      ids.add(id);
      mlflow
          .post(
              "runs/log-metric",
              "run_id",
              run,
              "key",
              "auc",
              "value",
              i / 10.0,
              "timestamp",
              1,
              "step",
              0,
              "model_id",
              id,
              "dataset_name",
              "d" + i,
              "dataset_digest",
              "x")
          .ok();
    }
    assertThat(found(experiment, "filter", "name = 'm1'")).containsExactly("m1");
    assertThat(found(experiment, "filter", "metrics.auc > 0.05", "order_by", by("name", true)))
        .containsExactly("m1", "m2");
    assertThat(
            found(
                experiment,
                "filter",
                "metrics.auc > 0.05",
                "datasets",
                array(object("dataset_name", "d2"))))
        .containsExactly("m2");
    assertThat(found(experiment, "order_by", by("metrics.auc", false)))
        .containsExactly("m2", "m1", "m0");
    JsonObject first = search(experiment, "max_results", 2, "order_by", by("name", true)).ok();
    Object[] next = {
      "max_results",
      2,
      "order_by",
      by("name", true),
      "page_token",
      first.getString("next_page_token")
    };
    assertThat(each(search(experiment, next).ok(), "models", "info.name")).containsExactly("m2");
    next[3] = by("name", false);
    search(experiment, next).invalid();
    search(experiment, "filter", "foo = 'x'").invalid();
    search(experiment, "order_by", by("foo", true)).invalid();
    JsonObject metric =
        mlflow
            .get("logged-models/" + ids.get(1))
            .ok()
            .getJsonObject("model")
            .getJsonObject("data")
            .getJsonArray("metrics")
            .getJsonObject(0);
    assertThat(metric.getString("dataset_name")).isEqualTo("d1");
  }

  private static JsonArray by(String field, boolean ascending) {
    return array(object("field_name", field, "ascending", ascending));
  }

  private MlflowFixture.Reply search(String experiment, Object... more) {
    List<Object> fields = new ArrayList<>(List.of("experiment_ids", array(experiment)));
    fields.addAll(List.of(more));
    return mlflow.post("logged-models/search", fields.toArray());
  }

  private List<Object> found(String experiment, Object... more) {
    return each(search(experiment, more).ok(), "models", "info.name");
  }

  private String create(String name, String run) {
    return mlflow
        .post("logged-models", "experiment_id", "0", "name", name, "source_run_id", run)
        .ok()
        .getJsonObject("model")
        .getJsonObject("info")
        .getString("model_id");
  }

  private static String path(String id) {
    return "/api/2.0/mlflow/logged-models/" + id;
  }

  private JsonObject info(String id) {
    return mlflow.get("logged-models/" + id).ok().getJsonObject("model").getJsonObject("info");
  }
}
