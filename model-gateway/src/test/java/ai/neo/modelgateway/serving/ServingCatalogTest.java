package ai.neo.modelgateway.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.MemoryRegistry;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.engine.TorchScriptEngine;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.registry.v1.GoldenRow;
import ai.neo.proto.registry.v1.GoldenRows;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServingCatalogTest {

  private static final String MODEL = "direction";
  private static final String FEATURES = "features-v1";

  private final MemoryRegistry registry = new MemoryRegistry();
  private ServingCatalog catalog;

  @BeforeEach
  void start() throws ModelRefusedException {
    catalog = catalog();
    registry.add(MODEL, "onnx", FEATURES, new TinyOnnx().bias(3, 0, 0).bytes());
    catalog.promote(MODEL, "1", "", "test", "first");
  }

  @AfterEach
  void stop() {
    catalog.close();
  }

  private ServingCatalog catalog() {
    return new ServingCatalog(
        registry, List.of(new OnnxEngine(), new TorchScriptEngine(false), new NetworkEngine()));
  }

  @Test
  void aPromotedVersionAnswersAndTheOneBeforeStaysWarm() throws ModelRefusedException {
    SwapReceipt receipt = promoteAnother(0, 0, 3);

    assertThat(receipt.getFromVersion()).isEqualTo("1");
    assertThat(receipt.getToVersion()).isEqualTo("2");
    assertThat(receipt.getEpoch()).isEqualTo(2);
    assertThat(receipt.getLoadNs()).isPositive();
    assertThat(receipt.getWarmNs()).isPositive();
    assertThat(served("")).isEqualTo("2");
    assertThat(served("1")).isEqualTo("1");
    assertThat(registry.champion(MODEL)).contains("2");
  }

  @Test
  void aVersionBeforeThePreviousIsNoLongerLoaded() throws ModelRefusedException {
    promoteAnother(0, 0, 3);
    promoteAnother(0, 3, 0);

    assertThat(catalog.availability(MODEL, "1")).isEqualTo(ServingCatalog.Availability.NOT_READY);
    assertThat(catalog.availability(MODEL, "9"))
        .isEqualTo(ServingCatalog.Availability.UNKNOWN_VERSION);
  }

  @Test
  void aRequestInsideFinishesOnTheVersionThatItEntered() throws ModelRefusedException {
    ServedVersion first = catalog.enter(MODEL, "").orElseThrow().version();
    promoteAnother(0, 0, 3);
    promoteAnother(0, 3, 0);

    assertThat(first.model().infer(new float[4], 1).actionProbabilities()[0]).isGreaterThan(0.8f);
    first.leave();
    assertThatThrownBy(() -> first.model().infer(new float[4], 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void rollingBackTwiceGoesTwoVersionsBackAndNeverForwardAgain() throws ModelRefusedException {
    promoteAnother(0, 3, 0);
    promoteAnother(0, 0, 3);

    SwapReceipt once = catalog.rollback(MODEL, "test", "worse");
    SwapReceipt twice = catalog.rollback(MODEL, "test", "still worse");

    assertThat(once.getToVersion()).isEqualTo("2");
    assertThat(once.getLoadNs()).isZero();
    assertThat(twice.getToVersion()).isEqualTo("1");
    assertThat(twice.getEpoch()).isEqualTo(5);
    assertThat(served("")).isEqualTo("1");
    assertThatThrownBy(() -> catalog.rollback(MODEL, "test", "again"))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("no champion of 'direction' before version 1");
  }

  @Test
  void aPromotionThatExpectsAnotherChampionIsRefused() {
    registry.add(MODEL, "onnx", FEATURES, new TinyOnnx().bytes());
    assertThatThrownBy(() -> catalog.promote(MODEL, "2", "7", "test", "race"))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("version 1, not version 7");
    assertThat(served("")).isEqualTo("1");
  }

  @Test
  void promotingTheChampionChangesNothing() throws ModelRefusedException {
    SwapReceipt receipt = catalog.promote(MODEL, "1", "", "test", "again");
    assertThat(receipt.getEpoch()).isEqualTo(1);
    assertThat(registry.moves(MODEL)).hasSize(1);
  }

  @Test
  void aVersionThatDoesNotAnswerAsItsMakerSaysNeverServes() throws ModelRefusedException {
    float[] answer = served(1).infer(new float[4], 1).actionProbabilities();
    register(new TinyOnnx().bias(3, 0, 0), answer[0] + 0.001f, answer[1], answer[2]);
    register(new TinyOnnx().bias(3, 0, 0), answer[0], answer[1], answer[2]);
    assertThatThrownBy(() -> catalog.promote(MODEL, "2", "", "test", "other weights"))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("golden row 1: action 0 has probability " + answer[0]);
    assertThat(served("")).isEqualTo("1");
    catalog.promote(MODEL, "3", "", "test", "as stated");
    assertThat(served("")).isEqualTo("3");
  }

  private ServableModel served(int version) {
    ServedVersion entered = catalog.enter(MODEL, Integer.toString(version)).orElseThrow().version();
    entered.leave();
    return entered.model();
  }

  private void register(TinyOnnx model, float... probabilities) {
    GoldenRow.Builder golden = GoldenRow.newBuilder().addAllFeatures(List.of(0f, 0f, 0f, 0f));
    for (float probability : probabilities) {
      golden.addActionProbabilities(probability);
    }
    registry.register(
        RegisterRequest.newBuilder()
            .setModel(MODEL)
            .setFormat("onnx")
            .setFeatureSetId(FEATURES)
            .setArtifact(ByteString.copyFrom(model.bytes()))
            .setGoldenRows(GoldenRows.newBuilder().addRows(golden))
            .build());
  }

  static Stream<Arguments> unfit() {
    byte[] good = new TinyOnnx().bytes();
    byte[] pickle = {(byte) 0x80, 4, 'c', 'o', 's', '\n'};
    return Stream.of(
        Arguments.of("onnx", FEATURES, Arrays.copyOf(good, good.length / 2), "cut off"),
        Arguments.of("onnx", FEATURES, new byte[0], "empty"),
        Arguments.of("onnx", FEATURES, pickle, "pickle"),
        Arguments.of("torchscript", FEATURES, pickle, "pickle"),
        Arguments.of("pickle", FEATURES, pickle, "is not known"),
        Arguments.of(
            "onnx", FEATURES, "hello, world".getBytes(StandardCharsets.UTF_8), "nothing known"),
        Arguments.of("onnx", "features-v2", good, "features-v2"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().features(5).bytes(), "5 features"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().actions(2).bytes(), "[-1,2]"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().fixedRows().bytes(), "[8,4]"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().input("x").bytes(), "'features'"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().output("y").bytes(), "action_probabilities"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().doubles().bytes(), "FP32"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().externalData().bytes(), "external data"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().withoutSoftmax().bytes(), "softmax"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().bias(Float.NaN, 0, 0).bytes(), "NaN"),
        Arguments.of(
            "onnx", FEATURES, new TinyOnnx().metadata("feature_set_id", "other").bytes(), "other"),
        Arguments.of("neo-djl", FEATURES, good, "neo-djl"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().opset(999).bytes(), "999"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().opset(-1).bytes(), "cannot load it"),
        Arguments.of(
            "onnx", FEATURES, new TinyOnnx().claiming(1L << 40, 3).bytes(), "cannot load it"),
        Arguments.of(
            "onnx", FEATURES, new TinyOnnx().claiming(Long.MAX_VALUE, 8).bytes(), "cannot load it"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().claiming(-4, 3).bytes(), "cannot load it"),
        Arguments.of("onnx", FEATURES, new TinyOnnx().claiming(0, 3).bytes(), "cannot load it"),
        Arguments.of("neo-djl", FEATURES, text("NEOM\4\0\2\0"), "format version should be 3"),
        Arguments.of("neo-djl", FEATURES, text("NEOM\2\0\2\0"), "truncated within the header"),
        Arguments.of("neo-djl", FEATURES, text("NEOM\1\0\0\0\0\0"), "features must be"),
        Arguments.of(
            "neo-ensemble", FEATURES, text("# neo-ensemble 1\ncombination: MEAN"), "0 members"),
        Arguments.of("torchscript", FEATURES, script(Integer.MAX_VALUE), "unpack to"),
        Arguments.of("torchscript", FEATURES, script(1), "would run with the gateway's rights"));
  }

  private static byte[] text(String content) {
    return content.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** An archive as torch.jit.save writes one, whose directory claims a size for each file. */
  private static byte[] script(int unpacked) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : List.of("m/data.pkl", "m/code/m.py", "m/constants.pkl", "m/version")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(1);
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ByteBuffer content = ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < content.limit() - 4; at++) {
      if (content.getInt(at) == 0x02014b50) { // an entry of the central directory
        content.putInt(at + 24, unpacked);
      }
    }
    return content.array();
  }

  @ParameterizedTest(name = "{0} {3}")
  @MethodSource("unfit")
  void anUnfitVersionIsRefusedWithTheReasonAndTheChampionServesOn(
      String format, String featureSet, byte[] content, String reason) {
    String version = registry.add(MODEL, format, featureSet, content);

    assertThatThrownBy(() -> catalog.promote(MODEL, version, "", "ml", "try"))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining(reason);

    assertThat(served("")).isEqualTo("1");
    assertThat(registry.champion(MODEL)).contains("1");
    assertThat(registry.records())
        .singleElement()
        .satisfies(record -> assertThat(record.getReason()).contains(reason));
  }

  @Test
  void anArtifactThatIsNotWhatTheRegistryStoredIsRefused() {
    String version = registry.addTampered(MODEL, FEATURES, new TinyOnnx().bytes());
    assertThatThrownBy(() -> catalog.promote(MODEL, version, "", "ml", "try"))
        .hasMessageContaining("SHA-256");
  }

  @Test
  void withTheRegistryAwayNothingIsPromotedAndTheChampionServesOn() {
    registry.add(MODEL, "onnx", FEATURES, new TinyOnnx().bytes());
    registry.setAway(true);
    assertThatThrownBy(() -> catalog.promote(MODEL, "2", "", "ml", "try"))
        .isInstanceOf(RegistryException.class);
    assertThat(served("")).isEqualTo("1");
  }

  @Test
  void aNewProcessServesWhatTheRegistrySaysAndWarmsTheOneBefore() throws ModelRefusedException {
    promoteAnother(0, 0, 3);
    try (ServingCatalog restarted = catalog()) {
      restarted.restore(MODEL);
      assertThat(restarted.champion(MODEL).orElseThrow().artifact().version()).isEqualTo("2");
      assertThat(restarted.epoch(MODEL)).isEqualTo(2).isEqualTo(catalog.epoch(MODEL));
      assertThat(restarted.availability(MODEL, "1")).isEqualTo(ServingCatalog.Availability.READY);
      assertThat(restarted.rollback(MODEL, "test", "back").getLoadNs()).isZero();
    }
  }

  @Test
  void aChampionThatCannotBeLoadedGivesWayToTheOneBeforeAndTheLedgerSaysSo()
      throws ModelRefusedException {
    String broken = registry.addTampered(MODEL, FEATURES, new TinyOnnx().bytes());
    registry.moveChampion(MODEL, broken, "1", "promote", "somebody", "by hand");
    try (ServingCatalog restarted = catalog()) {
      restarted.restore(MODEL);
      assertThat(restarted.champion(MODEL).orElseThrow().artifact().version()).isEqualTo("1");
      assertThat(restarted.isReady()).isTrue();
      assertThat(restarted.epoch(MODEL)).as("not that of the champion").isEqualTo(1);
    }
    assertThat(registry.records())
        .singleElement()
        .satisfies(record -> assertThat(record.getAction()).isEqualTo("fallback"));
  }

  @Test
  void anEpochIsTheLedgersWhoeverMovedTheChampion() throws ModelRefusedException {
    promoteAnother(0, 0, 3);
    registry.moveChampion(MODEL, "1", "2", "promote", "another gateway", "a test");
    registry.moveChampion(MODEL, "2", "1", "promote", "another gateway", "a test");
    catalog.follow(MODEL);
    assertThat(catalog.epoch(MODEL)).isEqualTo(4);
    registry.moveChampion(MODEL, "1", "2", "promote", "another gateway", "a test");
    catalog.follow(MODEL);
    assertThat(served("")).isEqualTo("1");
    assertThat(catalog.epoch(MODEL)).isEqualTo(5);
    assertThat(catalog.rollback(MODEL, "test", "back").getEpoch()).isEqualTo(6);
  }

  @Test
  void aModelWithoutAnyVersionThatLoadsIsNotReady() {
    String broken = registry.addTampered("other", FEATURES, new TinyOnnx().bytes());
    registry.moveChampion("other", broken, "", "promote", "somebody", "by hand");
    assertThatThrownBy(() -> catalog.restore("other")).isInstanceOf(ModelRefusedException.class);
    assertThat(catalog.isReady()).isFalse();
    assertThat(catalog.availability("other", "")).isEqualTo(ServingCatalog.Availability.NO_VERSION);
  }

  @Test
  void watchersSeeTheChampionAtOnceAndEveryChangeInOrder() throws Exception {
    List<ModelChange> seen = new CopyOnWriteArrayList<>();
    AutoCloseable watch = catalog.watch(MODEL, seen::add);
    promoteAnother(0, 0, 3);
    catalog.announce(
        ModelChange.newBuilder().setModel(MODEL).setKind(ModelChange.Kind.CANDIDATE).build());
    catalog.rollback(MODEL, "test", "worse");
    watch.close();
    promoteAnother(0, 3, 0);

    assertThat(seen)
        .extracting(ModelChange::getKind)
        .containsExactly(
            ModelChange.Kind.CURRENT,
            ModelChange.Kind.PROMOTED,
            ModelChange.Kind.CANDIDATE,
            ModelChange.Kind.ROLLED_BACK);
    assertThat(seen.get(1).getVersion()).isEqualTo("2");
    assertThat(seen.get(1).getPreviousVersion()).isEqualTo("1");
    assertThat(seen.get(3).getVersion()).isEqualTo("1");
    assertThat(seen.get(3).getEpoch()).isEqualTo(3);
  }

  @Test
  void anAnswerOfTheRegistryThatAPromotionOvertookTakesNoChampionAway() throws Exception {
    registry.add("other", "onnx", FEATURES, new TinyOnnx().bytes());
    FutureTask<SwapReceipt> promotion =
        new FutureTask<>(() -> catalog.promote("other", "1", "", "test", "first"));
    Thread promoting = new Thread(promotion, "promoting");
    registry.whileAnAnswerIsUnderWay(
        () -> {
          promoting.start();
          while (promoting.isAlive() && promoting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
        });

    catalog.follow("other"); // and hears that there is no champion
    promotion.get();

    assertThat(catalog.availability("other", "")).isEqualTo(ServingCatalog.Availability.READY);
  }

  private SwapReceipt promoteAnother(float sell, float hold, float buy)
      throws ModelRefusedException {
    String version =
        registry.add(MODEL, "onnx", FEATURES, new TinyOnnx().bias(sell, hold, buy).bytes());
    return catalog.promote(MODEL, version, "", "test", "better");
  }

  private String served(String version) {
    ServedVersion served = catalog.enter(MODEL, version).orElseThrow().version();
    try {
      return served.version();
    } finally {
      served.leave();
    }
  }
}
