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
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** Models, their aliases and stages, and what of it the ledger says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegisteredModelsTest {
  private static final byte[] ONNX = Samples.resource("linear.onnx").toByteArray();
  private static final byte[] PICKLE =
      "\u0080\u0004cposix\nsystem\n".getBytes(StandardCharsets.ISO_8859_1);

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
  void aModelIsCreatedDescribedAndTagged() {
    mlflow
        .post(
            "registered-models/create",
            "name",
            "Mein Modell ü",
            "description",
            "first",
            "tags",
            array(tag("a", "1")))
        .ok();
    JsonObject model = get("Mein Modell ü");
    assertThat(model.getString("description")).isEqualTo("first");
    assertThat(model.getJsonArray("tags")).isEqualTo(array(tag("a", "1")));
    assertThat(model.getLong("creation_timestamp")).isPositive();
    assertThat(model.containsKey("latest_versions")).isFalse();
    mlflow.post("registered-models/set-tag", "name", "Mein Modell ü", "key", "b", "value", "").ok();
    mlflow.call("DELETE", "registered-models/delete-tag", "name", "Mein Modell ü", "key", "a").ok();
    mlflow.call("DELETE", "registered-models/delete-tag", "name", "Mein Modell ü", "key", "a").ok();
    assertThat(get("Mein Modell ü").getJsonArray("tags")).isEqualTo(array(tag("b", "")));
    mlflow.call("PATCH", "registered-models/update", "name", "Mein Modell ü").ok();
    assertThat(get("Mein Modell ü").containsKey("description")).isFalse();
  }

  @Test
  void whatIsWrongIsRefusedInMlflowsWords() {
    mlflow.model("taken");
    assertThat(mlflow.post("registered-models/create", "name", "taken").exists())
        .isEqualTo("Registered Model (name=taken) already exists.");
    assertThat(mlflow.get("registered-models/get", "name", "none").absent())
        .isEqualTo("Registered Model with name=none not found");
    assertThat(mlflow.post("registered-models/create", "name", "a/b").invalid())
        .isEqualTo("Invalid model name 'a/b'. Names cannot contain '/' or ':'.");
    for (String name : List.of(" ", "..", "a:b", "x".repeat(257))) {
      mlflow.post("registered-models/create", "name", name).invalid();
    }
    mlflow.call("DELETE", "registered-models/delete", "name", "none").absent();
    mlflow.post("registered-models/rename", "name", "none", "new_name", "x").absent();
    mlflow.call("PATCH", "registered-models/update", "name", "none").absent();
    mlflow.post("registered-models/set-tag", "name", "none", "key", "k", "value", "v").absent();
    mlflow.post("registered-models/set-tag", "name", "taken", "key", "..", "value", "v").invalid();
    mlflow
        .post(
            "registered-models/set-tag", "name", "taken", "key", "k", "value", "v".repeat(100_001))
        .invalid();
    assertThat(alias("taken", "champion", "1").absent())
        .isEqualTo("Model Version (name=taken, version=1) not found");
    assertThat(alias("taken", "a b", "1").invalid()).startsWith("Invalid alias name: 'a b'.");
    assertThat(alias("taken", "Latest", "1").invalid())
        .isEqualTo("'latest' alias name (case insensitive) is reserved.");
    assertThat(alias("taken", "v1", "1").invalid())
        .isEqualTo("Version alias name 'v1' is reserved.");
    assertThat(alias("taken", "x", "abc").invalid())
        .isEqualTo("Parameter 'version' must be an integer, got 'abc'.");
    assertThat(aliased("taken", "x").invalid()).isEqualTo("Registered model alias x not found.");
    aliased("none", "x").absent();
    mlflow.call("DELETE", "registered-models/alias", "name", "taken", "alias", "x").ok();
    mlflow.call("DELETE", "registered-models/alias", "name", "none", "alias", "x").absent();
  }

  @Test
  void anAliasMovesAndTheLedgerSaysSo() {
    mlflow.model("moves");
    mlflow.version("moves", ONNX);
    mlflow.version("moves", ONNX);
    alias("moves", "canary", "1").ok();
    alias("moves", "canary", "2").ok();
    alias("moves", "canary", "2").ok();
    JsonObject version = aliased("moves", "canary").ok().getJsonObject("model_version");
    assertThat(version.getString("version")).isEqualTo("2");
    assertThat(version.getJsonArray("aliases")).isEqualTo(array("canary"));
    assertThat(aliased("moves", "LATEST").ok().getJsonObject("model_version").getString("version"))
        .isEqualTo("2");
    assertThat(get("moves").getJsonArray("aliases"))
        .isEqualTo(array(object("alias", "canary", "version", "2")));
    mlflow.call("DELETE", "registered-models/alias", "name", "moves", "alias", "canary").ok();
    aliased("moves", "canary").invalid();
    assertThat(actions("moves"))
        .containsExactly("create", "register", "register", "move", "move", "move");
  }

  @Test
  void aChampionIsWhatTheGatewayHasAgreedTo() {
    mlflow.model("trades");
    mlflow.version("trades", ONNX);
    mlflow.version("trades", PICKLE);
    alias("trades", "champion", "1").ok();
    assertThat(mlflow.neo.stub.getAlias(TestRegistry.champion("trades")).getVersion())
        .isEqualTo("1");
    assertThat(alias("trades", "champion", "2").invalid()).contains("pickle");
    assertThat(aliased("trades", "champion").ok().getJsonObject("model_version"))
        .isEqualTo(version("trades", "1"));
    LedgerEntry last = mlflow.neo.history("trades").getEntriesList().getLast();
    assertThat(last.getAction()).isEqualTo("promote");
    assertThat(last.getReason()).isEqualTo("through the MLflow API by test");
  }

  @Test
  void theChampionThatTradesIsReplacedAndNeverTakenAway() {
    mlflow.model("needed");
    mlflow.version("needed", ONNX);
    mlflow.version("needed", ONNX);
    alias("needed", "champion", "1").ok();
    mlflow.gateway.needed.add("needed");
    JsonObject before = get("needed");
    mlflow
        .call("DELETE", "registered-models/alias", "name", "needed", "alias", "champion")
        .invalid();
    mlflow.call("DELETE", "registered-models/delete", "name", "needed").invalid();
    mlflow.call("DELETE", "model-versions/delete", "name", "needed", "version", "1").invalid();
    mlflow.post("registered-models/rename", "name", "needed", "new_name", "other").invalid();
    assertThat(get("needed")).isEqualTo(before);
    alias("needed", "champion", "2").ok();
    mlflow.call("DELETE", "model-versions/delete", "name", "needed", "version", "1").ok();
    assertThat(mlflow.gateway.followed).doesNotContain("needed");

    mlflow.gateway.needed.clear();
    mlflow.post("registered-models/rename", "name", "needed", "new_name", "other").ok();
    mlflow.call("DELETE", "registered-models/alias", "name", "other", "alias", "champion").ok();
    assertThat(mlflow.gateway.followed).endsWith("needed", "other", "other");
  }

  @Test
  void aRenamedModelKeepsEverythingAndADeletedOneBeginsAnew() {
    mlflow.model("old");
    mlflow.version("old", ONNX);
    alias("old", "stable", "1").ok();
    mlflow.post("registered-models/rename", "name", "old", "new_name", "new").ok();
    mlflow.get("registered-models/get", "name", "old").absent();
    assertThat(each(get("new"), "aliases", "alias")).containsExactly("stable");
    assertThat(version("new", "1").getString("name")).isEqualTo("new");
    mlflow.model("old");
    mlflow.post("registered-models/rename", "name", "old", "new_name", "new").exists();
    mlflow.call("DELETE", "registered-models/delete", "name", "new").ok();
    mlflow.get("registered-models/get", "name", "new").absent();
    mlflow.model("new");
    assertThat(get("new").containsKey("aliases")).isFalse();
    assertThat(mlflow.version("new", ONNX)).isEqualTo("1");
    HistoryResponse ledger = mlflow.neo.history("new");
    assertThat(ledger.getChainIntact()).isTrue();
    assertThat(actions("new")).containsExactly("create", "register");
  }

  @Test
  void stagesAreMovedAndTheOthersArchived() {
    mlflow.model("stages");
    mlflow.version("stages", ONNX);
    mlflow.version("stages", ONNX);
    stage("1", "production", false).ok();
    JsonObject moved = stage("2", "Production", true).ok().getJsonObject("model_version");
    assertThat(moved.getString("current_stage")).isEqualTo("Production");
    assertThat(version("stages", "1").getString("current_stage")).isEqualTo("Archived");
    assertThat(
            each(
                mlflow.post("registered-models/get-latest-versions", "name", "stages").ok(),
                "model_versions",
                "version"))
        .containsExactly("1", "2");
    assertThat(
            each(
                mlflow
                    .get(
                        "registered-models/get-latest-versions",
                        "name",
                        "stages",
                        "stages",
                        List.of("PRODUCTION"))
                    .ok(),
                "model_versions",
                "version"))
        .containsExactly("2");
    assertThat(each(get("stages"), "latest_versions", "current_stage"))
        .containsExactly("Archived", "Production");
    assertThat(stage("1", "Foo", false).invalid())
        .isEqualTo(
            "Invalid Model Version stage: Foo. Value must be one of None, Staging, Production,"
                + " Archived.");
    stage("1", "Archived", true).invalid();
    stage("9", "Staging", false).absent();
    mlflow
        .post(
            "model-versions/transition-stage",
            "name",
            "stages",
            "version",
            "1",
            "stage",
            "Staging",
            "archive_existing_versions",
            "true")
        .invalid();
    assertThat(actions("stages")).endsWith("stage", "stage", "stage");
    assertThat(mlflow.neo.history("stages").getChainIntact()).isTrue();
  }

  @Test
  void aSearchFiltersSortsPagesAndHidesPrompts() {
    for (String name : List.of("find-a", "find-b", "find-c")) {
      mlflow.post("registered-models/create", "name", name, "tags", array(tag("team", name))).ok();
    }
    mlflow
        .post(
            "registered-models/create",
            "name",
            "find-prompt",
            "tags",
            array(tag("mlflow.prompt.is_prompt", "true")))
        .ok();
    String hidden = "name LIKE 'find-%' AND tag.`mlflow.prompt.is_prompt` != 'true'";
    assertThat(found("filter", hidden)).containsExactly("find-a", "find-b", "find-c");
    assertThat(found("filter", hidden, "order_by", List.of("name DESC")))
        .containsExactly("find-c", "find-b", "find-a");
    assertThat(found("filter", "tags.team != 'find-a' AND name ILIKE 'FIND-%'"))
        .containsExactly("find-b", "find-c");
    assertThat(found("filter", "name IN ('find-a', 'find-prompt')"))
        .containsExactly("find-a", "find-prompt");
    JsonObject first = search("filter", hidden, "max_results", 2);
    JsonObject last =
        search(
            "filter", hidden, "max_results", 2, "page_token", first.getString("next_page_token"));
    assertThat(each(last, "registered_models", "name")).containsExactly("find-c");
    mlflow.get("registered-models/search", "max_results", 1001).invalid();
    mlflow.get("registered-models/search", "max_results", 0).invalid();
    mlflow.get("registered-models/search", "filter", "name IS NULL").invalid();
    mlflow.get("registered-models/search", "filter", "stage = 'x'").invalid();
    mlflow.get("registered-models/search", "order_by", "creation_timestamp").invalid();
  }

  @Test
  void ofManyWhoCreateAModelOneWinsAndVersionsHaveNoGap() throws Exception {
    List<Future<Integer>> creations = new ArrayList<>();
    List<Future<String>> versions = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        creations.add(
            threads.submit(() -> mlflow.post("registered-models/create", "name", "race").status()));
      }
      for (Future<Integer> creation : creations) {
        assertThat(creation.get()).isIn(200, 400);
      }
      for (int i = 0; i < 16; i++) {
        versions.add(threads.submit(() -> mlflow.version("race", ONNX)));
      }
    }
    List<Integer> numbers = new ArrayList<>();
    for (Future<String> version : versions) {
      numbers.add(Integer.valueOf(version.get()));
    }
    assertThat(numbers).doesNotHaveDuplicates().allMatch(n -> n >= 1 && n <= 16).hasSize(16);
    assertThat(mlflow.neo.history("race").getChainIntact()).isTrue();
  }

  private List<String> actions(String model) {
    return mlflow.neo.history(model).getEntriesList().stream().map(LedgerEntry::getAction).toList();
  }

  private MlflowFixture.Reply alias(String name, String alias, String version) {
    return mlflow.post("registered-models/alias", "name", name, "alias", alias, "version", version);
  }

  private MlflowFixture.Reply aliased(String name, String alias) {
    return mlflow.get("registered-models/alias", "name", name, "alias", alias);
  }

  private MlflowFixture.Reply stage(String version, String stage, boolean archive) {
    return mlflow.post(
        "model-versions/transition-stage",
        "name",
        "stages",
        "version",
        version,
        "stage",
        stage,
        "archive_existing_versions",
        archive);
  }

  private JsonObject search(Object... fields) {
    return mlflow.get("registered-models/search", fields).ok();
  }

  private List<Object> found(Object... fields) {
    return each(search(fields), "registered_models", "name");
  }

  private JsonObject get(String name) {
    return mlflow.get("registered-models/get", "name", name).ok().getJsonObject("registered_model");
  }

  private JsonObject version(String name, String version) {
    return mlflow
        .get("model-versions/get", "name", name, "version", version)
        .ok()
        .getJsonObject("model_version");
  }
}
