package ai.neo.modelgateway.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.MemoryRegistry;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.TorchScriptEngine;
import ai.neo.modelgateway.serving.CatalogEntry;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Triton model repository as it lies on a disk, served without a change to it. */
class ModelRepositoryTest {
  private static final String ONNX = "platform: \"onnxruntime_onnx\"\n";

  @TempDir private Path home;

  private final MemoryRegistry registry = new MemoryRegistry();
  private final ServingCatalog catalog =
      new ServingCatalog(registry, List.of(new OnnxEngine(), new TorchScriptEngine(false)));

  @AfterEach
  void close() {
    catalog.close();
  }

  @Test
  void theLatestVersionIsServedAndAllWhereThePolicySaysSo() throws Exception {
    model("latest", ONNX, 1, 2, 10);
    model("all", ONNX + "version_policy: { all {} }", 1, 2);
    model("two", ONNX + "version_policy { latest { num_versions: 2 } }", 1, 2, 10);
    model(
        "some", "backend: \"onnxruntime\" version_policy: { specific { versions: [1, 7] } }", 1, 2);
    model("bare", "", 3);
    Files.createDirectory(folder("latest").resolve("04"));
    ModelRepository repository = open();
    assertThat(repository.unavailable()).isEmpty();
    assertThat(versions("latest")).containsExactly("10");
    assertThat(versions("all")).containsExactly("1", "2");
    assertThat(versions("two")).containsExactly("2", "10");
    assertThat(versions("some")).containsExactly("1");
    assertThat(versions("bare")).containsExactly("3");
    assertThat(entry("all").champion()).hasValue("2");
  }

  @Test
  void aStatedBatchSizeHoldsAndBatchingFollowsThePreferredSizes() throws Exception {
    model(
        "batched",
        ONNX
            + """
            max_batch_size: 64
            input [ { name: "features" data_type: TYPE_FP32 dims: [ 4 ] } ]
            output [ { name: "action_probabilities" data_type: TYPE_FP32 dims: [ 3 ] } ]
            dynamic_batching { preferred_batch_size: [ 8, 16 ] max_queue_delay_microseconds: 100 }
            """,
        1);
    open();
    ServedVersion served = entry("batched").versions().getFirst();
    assertThat(served.terms().maxBatchSize()).isEqualTo(64);
    assertThat(served.terms().rowsTogether()).isEqualTo(16);
    assertThat(served.expectsReturn()).as("an output that is not stated is not offered").isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "backend: \"python\" | there is no engine here for backend 'python'",
        "platform: \"tensorrt_plan\" | there is no engine here for platform 'tensorrt_plan'",
        "platform: \"ensemble\" | ensembles of a model repository are not served here",
        "backend: \"onnxruntime\" sequence_batching {} | models with sequences",
        "backend: \"pytorch\" | there is no wrong/1/model.pt",
        "name: \"x\" | the name is 'x', and must be that of its folder",
        "max_batch_size: -1 | must be non-negative",
        "input { name: \"x\" data_type: TYPE_FP32 dims: [-1, 4] } | input 'x' is stated",
        "input { name: \"features\" data_type: TYPE_FP64 dims: [-1, 4] } | stated as TYPE_FP64",
        "input { name: \"features\" data_type: TYPE_FP32 dims: [-1, 5] } | stated with dims [-1, 5]",
        "output { name: \"nope\" data_type: TYPE_FP32 dims: [3] } | output 'nope' is stated",
        "version_policy { specific { versions: 9 } } | at least one version must be available",
        "max_batch_size: many | wrong/config.pbtxt:1:17: ",
        "default_model_filename: \"../../other/1/model.onnx\" | is no plain file name",
        "default_model_filename: \"nothing.onnx\" | there is no wrong/1/nothing.onnx",
      })
  void whatCannotBeServedSaysWhy(String config, String reason) throws Exception {
    model("wrong", config, 1);
    ModelRepository repository = open();
    assertThat(repository.unavailable()).hasSize(1);
    assertThat(repository.unavailable().getFirst().reason()).contains(reason);
    assertThat(catalog.isReady()).as("the others are served all the same").isTrue();
    assertThat(catalog.enter("wrong", "")).isEmpty();
  }

  @Test
  void fieldsThatAreNotKnownAreNamedAndDoNoHarm() throws Exception {
    String text =
        "backend: \"onnxruntime\"\nfuture_field: 3\ninput { name: \"features\" shade: 1 }";
    ConfigFile file = ConfigFile.read("m/config.pbtxt", text);
    assertThat(file.config().getBackend()).isEqualTo("onnxruntime");
    assertThat(file.unknown())
        .containsExactly("2:1 ModelConfig.future_field", "3:26 ModelInput.shade");
  }

  @Test
  void linksOutOfTheRepositoryAreNotFollowed() throws Exception {
    Path outside = Files.createDirectories(home.resolve("outside"));
    Files.write(outside.resolve("model.onnx"), new TinyOnnx().bytes());
    model("file", ONNX, 1);
    Path file = folder("file").resolve("1").resolve("model.onnx");
    Files.delete(file);
    Files.createSymbolicLink(file, outside.resolve("model.onnx"));
    model("folder", ONNX);
    Files.createSymbolicLink(folder("folder").resolve("1"), outside);
    ModelRepository repository = open();
    assertThat(repository.unavailable())
        .extracting(ModelRepository.Unavailable::reason)
        .allMatch(reason -> reason.contains("a link that leads out of the model repository"))
        .hasSize(2);
  }

  @Test
  void aLoadFollowsTheFolderAndABrokenOneChangesNothing() throws Exception {
    model("m", ONNX, 1);
    ModelRepository repository = open();
    ServedVersion first = entry("m").versions().getFirst();
    repository.load("m");
    assertThat(entry("m").versions().getFirst()).as("nothing changed").isSameAs(first);
    version("m", 2, new TinyOnnx().bias(1, 0, 0).bytes());
    repository.load("m");
    assertThat(versions("m")).containsExactly("2");
    assertThat(entry("m").epoch()).isEqualTo(2);
    version("m", 3, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> repository.load("m")).isInstanceOf(ModelRefusedException.class);
    assertThat(versions("m")).containsExactly("2");
    repository.unload("m");
    assertThat(repository.unavailable().getFirst().reason()).isEqualTo("unloaded");
    assertThat(catalog.enter("m", "")).isEmpty();
  }

  @Test
  void theRegistrysNamesGoBefore() throws Exception {
    registry.add("m", "onnx", "f", new TinyOnnx().bytes());
    model("m", ONNX, 1);
    model("n", ONNX, 1);
    ModelRepository repository = open();
    assertThat(repository.unavailable().getFirst().reason())
        .contains("the registry has a model 'm'");
    registry.add("n", "onnx", "f", new TinyOnnx().bytes());
    assertThatThrownBy(() -> catalog.promote("n", "1", "", "me", "why"))
        .hasMessageContaining("served from the model repository");
    assertThatThrownBy(() -> catalog.follow("n"))
        .hasMessageContaining("served from the model repository");
    assertThat(versions("n")).as("the registry has no champion, and no say").containsExactly("1");
  }

  private ModelRepository open() throws IOException {
    return ModelRepository.open(home.resolve("models"), catalog, registry);
  }

  private Path folder(String model) {
    return home.resolve("models").resolve(model);
  }

  private void model(String name, String config, long... versions) throws IOException {
    Files.createDirectories(folder(name));
    if (!config.isEmpty()) {
      Files.writeString(folder(name).resolve("config.pbtxt"), config);
    }
    for (long version : versions) {
      version(name, version, new TinyOnnx().expectedReturn().bytes());
    }
  }

  private void version(String model, long version, byte[] onnx) throws IOException {
    Path folder = Files.createDirectories(folder(model).resolve(Long.toString(version)));
    Files.write(folder.resolve("model.onnx"), onnx);
  }

  private CatalogEntry entry(String model) {
    return catalog.entries().stream()
        .filter(e -> e.model().equals(model))
        .findFirst()
        .orElseThrow();
  }

  private List<String> versions(String model) {
    return entry(model).versions().stream().map(ServedVersion::version).toList();
  }
}
