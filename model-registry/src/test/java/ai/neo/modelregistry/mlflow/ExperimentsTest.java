package ai.neo.modelregistry.mlflow;

import static ai.neo.modelregistry.mlflow.MlflowFixture.array;
import static ai.neo.modelregistry.mlflow.MlflowFixture.each;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExperimentsTest {
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
  void theDefaultExperimentIsThereFromTheStart() {
    JsonObject experiment = get("0");
    assertThat(experiment.getString("name")).isEqualTo("Default");
    assertThat(experiment.getString("lifecycle_stage")).isEqualTo("active");
    assertThat(experiment.getString("artifact_location")).isEqualTo("mlflow-artifacts:/0");
    assertThat(experiment.getLong("creation_time")).isPositive();
  }

  @Test
  void whatIsCreatedIsFoundByIdAndByName() {
    String id =
        mlflow
            .post("experiments/create", "name", "a/../b ü", "tags", array(tag("team", "alpha")))
            .ok()
            .getString("experiment_id");
    JsonObject byName =
        mlflow
            .get("experiments/get-by-name", "experiment_name", "a/../b ü")
            .ok()
            .getJsonObject("experiment");
    assertThat(byName).isEqualTo(get(id));
    assertThat(byName.getString("experiment_id")).isEqualTo(id);
    assertThat(byName.getJsonArray("tags")).isEqualTo(array(tag("team", "alpha")));
    assertThat(byName.getString("artifact_location")).isEqualTo("mlflow-artifacts:/" + id);
  }

  @Test
  void whatIsWrongIsRefusedInMlflowsWords() {
    mlflow.experiment("twice");
    assertThat(mlflow.post("experiments/create", "name", "twice").exists())
        .startsWith("Experiment(name=twice) already exists.");
    assertThat(mlflow.post("experiments/create").invalid())
        .startsWith("Missing value for required parameter 'name'.");
    assertThat(mlflow.post("experiments/create", "name", 123).invalid())
        .startsWith("Invalid value 123 for parameter 'name' supplied");
    mlflow.post("experiments/create", "name", "x".repeat(501)).invalid();
    mlflow.post("experiments/create", "name", "c", "artifact_location", "runs:/x").invalid();
    assertThat(mlflow.get("experiments/get", "experiment_id", "999999").absent())
        .isEqualTo("No Experiment with id=999999 exists");
    mlflow.get("experiments/get", "experiment_id", "abc").invalid();
    assertThat(mlflow.get("experiments/get-by-name", "experiment_name", "none").absent())
        .isEqualTo("Could not find experiment with name 'none'");
  }

  @Test
  void itIsRenamedTaggedDeletedAndRestored() {
    String id = mlflow.experiment("life");
    String run = mlflow.run(id);
    mlflow.post("experiments/update", "experiment_id", id, "new_name", "life-2").ok();
    mlflow.post("experiments/set-experiment-tag", "experiment_id", id, "key", "k", "value", "v");
    assertThat(get(id).getString("name")).isEqualTo("life-2");
    assertThat(get(id).getJsonArray("tags")).isEqualTo(array(tag("k", "v")));
    mlflow.post("experiments/delete-experiment-tag", "experiment_id", id, "key", "k").ok();
    mlflow.post("experiments/delete-experiment-tag", "experiment_id", id, "key", "k").absent();

    mlflow.post("experiments/delete", "experiment_id", id).ok();
    mlflow.post("experiments/delete", "experiment_id", id).absent();
    assertThat(get(id).getString("lifecycle_stage")).isEqualTo("deleted");
    assertThat(stage(run)).isEqualTo("deleted");
    assertThat(mlflow.post("runs/create", "experiment_id", id).invalid())
        .contains("must be in the 'active' state");
    mlflow.post("experiments/update", "experiment_id", id, "new_name", "z").invalid();
    mlflow.post("experiments/create", "name", "life-2").exists();

    mlflow.post("experiments/restore", "experiment_id", id).ok();
    mlflow.post("experiments/restore", "experiment_id", id).absent();
    assertThat(stage(run)).isEqualTo("active");
  }

  @Test
  void aSearchFiltersSortsAndPages() {
    for (String name : List.of("s-a", "s-b", "s-c", "s-d")) {
      mlflow.experiment(name);
    }
    String gone = mlflow.experiment("s-gone");
    mlflow.post("experiments/delete", "experiment_id", gone).ok();
    assertThat(search("filter", "name LIKE 's-%'", "order_by", array("name DESC")))
        .containsExactly("s-d", "s-c", "s-b", "s-a");
    assertThat(search("filter", "name = 's-gone'")).isEmpty();
    assertThat(search("filter", "name = 's-gone'", "view_type", "ALL")).containsExactly("s-gone");
    assertThat(search("filter", "name ILIKE 'S-%'", "view_type", "DELETED_ONLY"))
        .containsExactly("s-gone");
    assertThat(search("filter", "name LIKE 's-%' AND name != 's-b'", "order_by", array("name")))
        .containsExactly("s-a", "s-c", "s-d");

    JsonObject first = page("");
    assertThat(each(first, "experiments", "name")).containsExactly("s-a", "s-b");
    JsonObject last = page(first.getString("next_page_token"));
    assertThat(each(last, "experiments", "name")).containsExactly("s-c", "s-d");
    assertThat(last.containsKey("next_page_token")).isFalse();
  }

  @Test
  void aSearchThatMakesNoSenseIsRefused() {
    for (String filter :
        List.of("name = 'a' OR name = 'b'", "foo = 'x'", "name > 'x'", "name = x", "name = 'x")) {
      mlflow.post("experiments/search", "filter", filter).invalid();
    }
    mlflow.post("experiments/search", "max_results", 0).invalid();
    mlflow.post("experiments/search", "max_results", 50_001).invalid();
    mlflow.post("experiments/search", "page_token", "%%%").invalid();
    mlflow.post("experiments/search", "page_token", "e30=").invalid();
    mlflow.post("experiments/search", "order_by", array("name", "name")).invalid();
    mlflow.post("experiments/search", "order_by", array("name SIDEWAYS")).invalid();
    assertThat(mlflow.post("experiments/search", "filter", "name = 'x'; DROP TABLE x").invalid())
        .startsWith("Invalid clause(s) in filter string");
  }

  private JsonObject page(String token) {
    List<Object> fields =
        new ArrayList<>(
            List.of("filter", "name LIKE 's-%'", "order_by", array("name"), "max_results", 2));
    if (!token.isEmpty()) {
      fields.addAll(List.of("page_token", token));
    }
    return mlflow.post("experiments/search", fields.toArray()).ok();
  }

  private List<Object> search(Object... fields) {
    return each(mlflow.post("experiments/search", fields).ok(), "experiments", "name");
  }

  private JsonObject get(String id) {
    return mlflow.get("experiments/get", "experiment_id", id).ok().getJsonObject("experiment");
  }

  private String stage(String run) {
    JsonObject answer = mlflow.get("runs/get", "run_id", run).ok();
    assertThat(answer.getJsonObject("run").getJsonObject("data").getJsonArray("tags"))
        .isInstanceOf(JsonArray.class);
    return answer.getJsonObject("run").getJsonObject("info").getString("lifecycle_stage");
  }
}
