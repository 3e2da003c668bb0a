package ai.neo.modelregistry.mlflow;

import static ai.neo.modelregistry.mlflow.MlflowFixture.array;
import static ai.neo.modelregistry.mlflow.MlflowFixture.each;
import static ai.neo.modelregistry.mlflow.MlflowFixture.object;
import static ai.neo.modelregistry.mlflow.MlflowFixture.tag;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelregistry.SharedPostgres;
import ai.neo.modelregistry.TestDatabase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunsTest {
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
  void aRunIsCreatedAndEnds() {
    JsonObject info =
        mlflow
            .post(
                "runs/create",
                "experiment_id",
                "0",
                "user_id",
                "ann",
                "run_name",
                "first",
                "start_time",
                1234,
                "tags",
                array(tag("a", "b")))
            .ok()
            .getJsonObject("run")
            .getJsonObject("info");
    String run = info.getString("run_id");
    assertThat(run).matches("[0-9a-f]{32}").isEqualTo(info.getString("run_uuid"));
    assertThat(info.getString("status")).isEqualTo("RUNNING");
    assertThat(info.getLong("start_time")).isEqualTo(1234);
    assertThat(info.containsKey("end_time")).isFalse();
    assertThat(info.getString("artifact_uri"))
        .isEqualTo("mlflow-artifacts:/0/" + run + "/artifacts");
    assertThat(tags(run)).contains(tag("a", "b"), tag("mlflow.runName", "first"));

    JsonObject updated =
        mlflow
            .post(
                "runs/update", "run_id", run, "status", "FINISHED", "end_time", 9, "run_name", "n")
            .ok()
            .getJsonObject("run_info");
    assertThat(updated.getString("status")).isEqualTo("FINISHED");
    assertThat(updated.getLong("end_time")).isEqualTo(9);
    assertThat(updated.getString("user_id")).isEqualTo("ann");
    assertThat(tags(run)).contains(tag("mlflow.runName", "n"));
    mlflow.post("runs/set-tag", "run_id", run, "key", "mlflow.runName", "value", "m").ok();
    assertThat(run(run).getJsonObject("info").getString("run_name")).isEqualTo("m");
  }

  @Test
  void runsThatAreNotThereAreRefused() {
    assertThat(mlflow.get("runs/get", "run_id", "none").absent())
        .isEqualTo("Run with id=none not found");
    mlflow.get("runs/get").invalid();
    mlflow.post("runs/update", "run_id", "none").absent();
    mlflow.post("runs/delete", "run_id", "none").absent();
    mlflow.post("runs/create", "experiment_id", "123456").absent();
    mlflow
        .post("runs/create", "run_name", "a", "tags", array(tag("mlflow.runName", "b")))
        .invalid();
  }

  @Test
  void paramsStayAsTheyWereFirstLogged() {
    String run = mlflow.run("0");
    mlflow.post("runs/log-parameter", "run_id", run, "key", "lr", "value", "0.01").ok();
    mlflow.post("runs/log-parameter", "run_id", run, "key", "lr", "value", "0.01").ok();
    assertThat(
            mlflow.post("runs/log-parameter", "run_id", run, "key", "lr", "value", "1").invalid())
        .isEqualTo(
            "Changing param values is not allowed. Param with key='lr' was already logged with"
                + " value='0.01' for run ID='%s'. Attempted logging new value '1'.".formatted(run));
    mlflow.post("runs/log-parameter", "run_id", run, "key", "../x", "value", "1").invalid();
    mlflow.post("runs/log-parameter", "run_id", run, "key", "k", "value", "v".repeat(7000)).ok();
    assertThat(each(run(run).getJsonObject("data"), "params", "value"))
        .containsExactly("v".repeat(6000), "0.01");
  }

  @Test
  void theLatestMetricIsTheLargestStepAndTheHistoryHasAllPages() {
    String run = mlflow.run("0");
    metric(run, "loss", 0.5, 10, 3);
    metric(run, "loss", 0.7, 20, 1);
    metric(run, "loss", 0.7, 20, 1);
    metric(run, "loss", "NaN", 5, -2);
    metric(run, "loss", "-Infinity", 6, 0);
    JsonObject latest = run(run).getJsonObject("data").getJsonArray("metrics").getJsonObject(0);
    assertThat(latest).isEqualTo(object("key", "loss", "value", 0.5, "timestamp", 10, "step", 3));
    JsonObject first = history(run, "loss", "max_results", 3);
    assertThat(each(first, "metrics", "value")).containsExactly("NaN", "-Infinity", 0.5);
    JsonObject last =
        history(run, "loss", "max_results", 3, "page_token", first.getString("next_page_token"));
    assertThat(each(last, "metrics", "value")).containsExactly(0.7);
    assertThat(last.containsKey("next_page_token")).isFalse();
    assertThat(history(run, "none")).isEqualTo(new JsonObject());
    mlflow.post("runs/log-metric", "run_id", run, "key", "m", "timestamp", 1).invalid();
    mlflow
        .post("runs/log-metric", "run_id", run, "key", "m", "value", "x", "timestamp", 1)
        .invalid();
    mlflow
        .post("runs/log-metric", "run_id", run, "key", "m", "value", 1, "timestamp", -1)
        .invalid();
  }

  @Test
  void aBatchIsWrittenWholeOrNotAtAll() {
    String run = mlflow.run("0");
    JsonArray metrics = array(object("key", "a", "value", 1.5, "timestamp", 1, "step", 0));
    mlflow
        .post(
            "runs/log-batch",
            "run_id",
            run,
            "metrics",
            metrics,
            "params",
            array(tag("p", "1")),
            "tags",
            array(tag("t", "1")))
        .ok();
    mlflow
        .post(
            "runs/log-batch",
            "run_id",
            run,
            "tags",
            array(tag("u", "2")),
            "params",
            array(tag("q", "2"), tag("p", "changed")))
        .invalid();
    mlflow
        .post("runs/log-batch", "run_id", run, "params", array(tag("d", "1"), tag("d", "1")))
        .invalid();
    JsonObject data = run(run).getJsonObject("data");
    assertThat(each(data, "params", "key")).containsExactly("p");
    assertThat(each(data, "tags", "key")).containsExactly("mlflow.runName", "t");
    assertThat(each(data, "metrics", "value")).containsExactly(1.5);
    JsonArray many = new JsonArray();
    for (int i = 0; i <= 100; i++) {
      many.add(tag("p" + i, "x"));
    }
    assertThat(mlflow.post("runs/log-batch", "run_id", run, "params", many).invalid())
        .isEqualTo("A batch logging request can contain at most 100 params. Got 101.");
  }

  @Test
  void whatIsDeletedIsReadableAndNotWritable() {
    String run = mlflow.run("0");
    mlflow.post("runs/delete", "run_id", run).ok();
    mlflow.post("runs/delete", "run_id", run).ok();
    assertThat(mlflow.post("runs/set-tag", "run_id", run, "key", "k", "value", "v").invalid())
        .isEqualTo(
            "The run %s must be in the 'active' state. Current state is deleted.".formatted(run));
    mlflow.post("runs/update", "run_id", run, "status", "FAILED").invalid();
    assertThat(run(run).getJsonObject("info").getString("lifecycle_stage")).isEqualTo("deleted");
    mlflow.post("runs/restore", "run_id", run).ok();
    mlflow.post("runs/set-tag", "run_id", run, "key", "k", "value", "v").ok();
    mlflow.post("runs/delete-tag", "run_id", run, "key", "k").ok();
    assertThat(mlflow.post("runs/delete-tag", "run_id", run, "key", "k").absent())
        .isEqualTo("No tag with name: k in run with id " + run);
  }

  @Test
  void aSearchFiltersByMetricsParamsTagsAndAttributes() {
    String experiment = mlflow.experiment("search");
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      String run = mlflow.run(experiment);
      runs.add(run);
      mlflow.post("runs/update", "run_id", run, "run_name", "r" + i).ok();
      mlflow.post("runs/log-parameter", "run_id", run, "key", "depth", "value", "d" + i).ok();
      if (i < 4) {
        metric(run, "auc", i == 3 ? "NaN" : i / 10.0, 1, 0);
      }
    }
    mlflow.post("runs/set-tag", "run_id", runs.get(1), "key", "a b", "value", "it's").ok();
    assertThat(found(experiment, "metrics.auc > 0.05")).containsExactlyInAnyOrder("r1", "r2");
    assertThat(found(experiment, "metrics.auc < 9 and params.depth != 'd0'"))
        .containsExactlyInAnyOrder("r1", "r2");
    assertThat(found(experiment, "tags.`a b` = \"it's\"")).containsExactly("r1");
    assertThat(found(experiment, "tag.\"a b\" IS NULL")).hasSize(4);
    assertThat(found(experiment, "params.depth ILIKE 'D_'")).hasSize(5);
    assertThat(found(experiment, "attributes.run_name = 'r2'")).containsExactly("r2");
    assertThat(found(experiment, "run_id IN ('%s','%s')".formatted(runs.get(0), runs.get(4))))
        .containsExactlyInAnyOrder("r0", "r4");
    assertThat(found(experiment, "status = 'RUNNING'")).hasSize(5);
    assertThat(found(experiment, "start_time >= 5 AND end_time > 0")).isEmpty();
    assertThat(found(experiment, "", "order_by", array("metrics.auc DESC")))
        .containsExactly("r2", "r1", "r0", "r3", "r4");
    assertThat(found(experiment, "", "order_by", array("metrics.auc ASC")))
        .containsExactly("r0", "r1", "r2", "r3", "r4");
    assertThat(found(experiment, "", "order_by", array("params.depth DESC"), "max_results", 2))
        .containsExactly("r4", "r3");
    mlflow.post("runs/delete", "run_id", runs.get(4)).ok();
    assertThat(found(experiment, "")).hasSize(4);
    assertThat(found(experiment, "", "run_view_type", "DELETED_ONLY")).containsExactly("r4");
    assertThat(mlflow.post("runs/search", "experiment_ids", array("77777")).ok())
        .isEqualTo(new JsonObject());
    for (String filter :
        List.of("metrics.auc = 'x'", "params.depth = 3", "attributes.foo = 'x'", "x.y = 'z'")) {
      mlflow.post("runs/search", "experiment_ids", array(experiment), "filter", filter).invalid();
    }
  }

  @Test
  void pagesOfASearchHoldEachRunOnce() {
    String experiment = mlflow.experiment("pages");
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      runs.add(mlflow.run(experiment));
    }
    List<Object> seen = new ArrayList<>();
    String token = "";
    int pages = 0;
    do {
      JsonObject page =
          mlflow
              .post(
                  "runs/search",
                  "experiment_ids",
                  array(experiment),
                  "max_results",
                  3,
                  "page_token",
                  token)
              .ok();
      seen.addAll(each(page, "runs", "info.run_id"));
      token = page.getString("next_page_token", "");
      pages++;
    } while (!token.isEmpty());
    assertThat(pages).isEqualTo(2);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(List.copyOf(runs));
  }

  @Test
  void dataAndModelsOfARunAreKeptOnce() {
    String run = mlflow.run("0");
    JsonObject input =
        object(
            "tags",
            array(tag("mlflow.data.context", "training")),
            "dataset",
            object("name", "btc", "digest", "d1", "source_type", "local", "source", "{}"));
    for (int i = 0; i < 2; i++) {
      mlflow.post("runs/log-inputs", "run_id", run, "datasets", array(input)).ok();
    }
    mlflow.post("runs/outputs", "run_id", run, "models", array(object("model_id", "m-1"))).ok();
    JsonObject there = run(run);
    assertThat(each(there.getJsonObject("inputs"), "dataset_inputs", "dataset.digest"))
        .containsExactly("d1");
    assertThat(each(there.getJsonObject("outputs"), "model_outputs", "model_id"))
        .containsExactly("m-1");
    assertThat(found("0", "datasets.name = 'btc' AND dataset.context = 'training'")).hasSize(1);
    mlflow.post("runs/log-inputs", "run_id", run, "datasets", array(new JsonObject())).invalid();
    mlflow.post("runs/log-inputs", "run_id", "none").absent();
  }

  @Test
  void aModelOfClient2IsNotedInTheRun() {
    String run = mlflow.run("0");
    JsonObject model =
        object("artifact_path", "net", "flavors", object(), "utc_time_created", "x", "run_id", run);
    mlflow.post("runs/log-model", "run_id", run, "model_json", model.encode()).ok();
    mlflow.post("runs/log-model", "run_id", run, "model_json", model.encode()).ok();
    assertThat(tags(run)).contains(tag("mlflow.log-model.history", array(model, model).encode()));
    mlflow.post("runs/log-model", "run_id", run, "model_json", "[]").invalid();
    mlflow.post("runs/log-model", "run_id", run, "model_json", "{\"run_id\":1}").invalid();
  }

  @Test
  void ofManyWhoLogAParamAtOnceOneWins() throws Exception {
    String run = mlflow.run("0");
    List<Future<Integer>> statuses = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        String value = "v" + i;
        statuses.add(
            threads.submit(
                () ->
                    mlflow
                        .post("runs/log-parameter", "run_id", run, "key", "k", "value", value)
                        .status()));
      }
    }
    int won = 0;
    for (Future<Integer> status : statuses) {
      assertThat(status.get()).isIn(200, 400);
      won += status.get() == 200 ? 1 : 0;
    }
    assertThat(won).isEqualTo(1);
  }

  private void metric(String run, String key, Object value, long timestamp, long step) {
    mlflow
        .post(
            "runs/log-metric",
            "run_id",
            run,
            "key",
            key,
            "value",
            value,
            "timestamp",
            timestamp,
            "step",
            step)
        .ok();
  }

  private JsonObject history(String run, String key, Object... more) {
    List<Object> fields = new ArrayList<>(List.of("run_id", run, "metric_key", key));
    fields.addAll(List.of(more));
    return mlflow.get("metrics/get-history", fields.toArray()).ok();
  }

  private List<Object> found(String experiment, String filter, Object... more) {
    List<Object> fields =
        new ArrayList<>(List.of("experiment_ids", array(experiment), "filter", filter));
    fields.addAll(List.of(more));
    return each(mlflow.post("runs/search", fields.toArray()).ok(), "runs", "info.run_name");
  }

  private JsonObject run(String id) {
    return mlflow.get("runs/get", "run_id", id, "run_uuid", id).ok().getJsonObject("run");
  }

  private List<Object> tags(String run) {
    return run(run).getJsonObject("data").getJsonArray("tags").stream().toList();
  }
}
