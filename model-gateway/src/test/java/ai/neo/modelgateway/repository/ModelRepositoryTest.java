package ai.neo.modelgateway.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.MemoryRegistry;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.ConfigFile;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.TorchScriptEngine;
import ai.neo.modelgateway.serving.CatalogEntry;
import ai.neo.modelgateway.serving.RegistryFollower;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

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

  static Stream<Arguments> hostile() {
    byte[] good = new TinyOnnx().bytes();
    byte[] pickle = {(byte) 0x80, 4, 'c', 'o', 's', '\n', '.'};
    String torch = "platform: \"pytorch_libtorch\"";
    return Stream.of(
        Arguments.of("renamed pickle", ONNX, "model.onnx", pickle, "Python pickle"),
        Arguments.of("renamed pickle", torch, "model.pt", pickle, "Python pickle"),
        Arguments.of("renamed executable", ONNX, "model.onnx", text("\177ELF"), "ELF"),
        Arguments.of("nothing", ONNX, "model.onnx", new byte[0], "empty (0 bytes)"),
        Arguments.of("half", ONNX, "model.onnx", Arrays.copyOf(good, good.length / 2), "cut off"),
        Arguments.of(
            "weights elsewhere",
            ONNX,
            "model.onnx",
            new TinyOnnx().externalData().bytes(),
            "external data"),
        Arguments.of(
            "operators of the future",
            ONNX,
            "model.onnx",
            new TinyOnnx().opset(999).bytes(),
            "999"),
        Arguments.of(
            "weights without end",
            ONNX,
            "model.onnx",
            new TinyOnnx().claiming(Long.MAX_VALUE, 3).bytes(),
            "cannot load it"),
        Arguments.of("another format", torch, "model.pt", good, "but it is onnx"),
        Arguments.of(
            "a configuration without end",
            ONNX + " ".repeat(1 << 20),
            "model.onnx",
            good,
            "has more than 1048576 bytes"),
        Arguments.of(
            "a configuration nested without end",
            "x {".repeat(100_000),
            "model.onnx",
            good,
            "hostile/config.pbtxt"),
        Arguments.of(
            "bytes for a configuration", "\0\1\2\377", "model.onnx", good, "config.pbtxt:1:1"));
  }

  @ParameterizedTest(name = "{0} as {2}")
  @MethodSource("hostile")
  void aHostileFolderIsRefusedWithTheReasonAndItsNeighbourServesOn(
      String name, String config, String file, byte[] content, String reason) throws Exception {
    model("good", ONNX, 1);
    model("hostile", config);
    Path folder = Files.createDirectories(folder("hostile").resolve("1"));
    Files.write(folder.resolve(file), content);
    ModelRepository repository = open();
    assertThat(repository.unavailable()).as(name).hasSize(1);
    assertThat(repository.unavailable().getFirst().reason()).contains(reason);
    assertThat(versions("good")).containsExactly("1");
    assertThat(catalog.enter("hostile", "")).isEmpty();
  }

  private static byte[] text(String content) {
    return content.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void aFolderInAFilesPlaceIsNoModel() throws Exception {
    model("hostile", ONNX);
    Files.createDirectories(folder("hostile").resolve("1").resolve("model.onnx"));
    assertThat(open().unavailable().getFirst().reason())
        .isEqualTo("hostile/1/model.onnx is no file");
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
  void aNameWithoutAChampionIsTheFoldersAndWithOneTheRegistrys() throws Exception {
    registry.add("m", "onnx", "f", new TinyOnnx().bytes());
    promote("m");
    registry.add("n", "onnx", "f", new TinyOnnx().bytes());
    model("m", ONNX, 1, 7);
    model("n", ONNX, 1);
    ModelRepository repository = open();
    assertThat(repository.unavailable())
        .extracting(ModelRepository.Unavailable::reason)
        .containsExactly(
            "the registry has a champion of 'm', which goes before the model repository's");
    assertThat(isFolders("m")).isFalse();
    assertThat(versions("m")).containsExactly("1");
    assertThat(isFolders("n")).as("merely registered").isTrue();
    assertThatThrownBy(() -> catalog.promote("n", "1", "", "me", "why"))
        .hasMessageContaining("served from the model repository")
        .hasMessageContaining("unload it first (RepositoryModelUnload")
        .hasMessageContaining("under another name");
    repository.unload("n");
    catalog.promote("n", "1", "", "me", "as the refusal said");
    assertThat(isFolders("n")).isFalse();
  }

  @Test
  void aChampionSetElsewhereTakesTheNameAtOnceAndGivesItBackWhenItGoes() throws Exception {
    registry.add("m", "onnx", "f", new TinyOnnx().bytes());
    model("m", ONNX + "version_policy: { all {} }", 1, 2, 3);
    ModelRepository repository = open();
    assertThat(versions("m")).containsExactly("1", "2", "3");
    try (RegistryFollower follower =
        RegistryFollower.start(registry, catalog, Set.of(), repository)) {
      promote("m");
      until(() -> !isFolders("m"));
      assertThat(versions("m")).as("no number means two things").containsExactly("1");
      assertThat(reopened()).as("a restart changes nothing").isEqualTo("registry 1");
      repository.load("m");
      assertThat(isFolders("m")).as("a load neither").isFalse();

      registry.removeChampion("m");
      until(() -> isFolders("m") && repository.unavailable().isEmpty());
      assertThat(versions("m")).containsExactly("1", "2", "3");
      assertThat(reopened()).isEqualTo("folder 3");
      assertThat(follower).isNotNull();
    }
  }

  @Test
  void aChampionThatCannotBeLoadedTakesNobodysPlace() throws Exception {
    registry.addTampered("m", "f", new TinyOnnx().bytes());
    model("m", ONNX, 1);
    ModelRepository repository = open();
    promote("m");
    repository.load("m");
    assertThat(isFolders("m")).isTrue();
    assertThat(catalog.isReady()).isTrue();
    assertThat(reopened()).isEqualTo("folder 1");
  }

  @Test
  void whatWaitsForTheRegistryIsServedWhenItAnswers() throws Exception {
    registry.add("m", "onnx", "f", new TinyOnnx().bytes());
    promote("m");
    model("m", ONNX, 1);
    model("n", ONNX, 1);
    model("o", ONNX, 1);
    registry.setAway(true);
    try (ModelRepository repository = open();
        RegistryFollower follower =
            RegistryFollower.start(registry, catalog, Set.of(), repository)) {
      assertThat(follower).isNotNull();
      assertThat(repository.unavailable())
          .hasSize(3)
          .allMatch(
              one -> one.reason().contains("cannot be asked: the store is down; it is asked"));
      repository.unload("o");
      registry.setAway(false);
      until(() -> isServed("m") && isServed("n"));
      assertThat(isFolders("m")).isFalse();
      assertThat(isFolders("n")).isTrue();
      assertThat(isServed("o")).as("unloaded meanwhile").isFalse();
    }
  }

  private void promote(String model) {
    registry.moveChampion(model, "1", "", "promote", "another gateway", "a test");
  }

  /** Who serves the model after a restart, and which version. */
  private String reopened() throws IOException {
    try (ServingCatalog again = new ServingCatalog(registry, List.of(new OnnxEngine()));
        ModelRepository repository = ModelRepository.open(home.resolve("models"), again)) {
      assertThat(repository).isNotNull();
      ServedVersion served = again.enter("m", "").orElseThrow().version();
      served.leave();
      return (isFolders(served) ? "folder " : "registry ") + served.version();
    }
  }

  private boolean isServed(String model) {
    return catalog.availability(model, "") == ServingCatalog.Availability.READY;
  }

  private boolean isFolders(String model) {
    Optional<ServedVersion> served = catalog.enter(model, "").map(ServingCatalog.Entered::version);
    served.ifPresent(ServedVersion::leave);
    return served.filter(ModelRepositoryTest::isFolders).isPresent();
  }

  /** The registry's is of a feature set. */
  private static boolean isFolders(ServedVersion served) {
    return served.artifact().featureSetId().isEmpty();
  }

  private static void until(BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never came to that").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private ModelRepository open() throws IOException {
    return ModelRepository.open(home.resolve("models"), catalog);
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
