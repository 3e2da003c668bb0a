package ai.neo.modelgateway.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.MemoryRegistry;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.artifact.ArtifactRefusedException;
import ai.neo.proto.artifact.EnsembleFile;
import ai.neo.proto.learning.v1.Ensemble;
import ai.neo.proto.learning.v1.Golden;
import ai.neo.proto.learning.v1.Member;
import ai.neo.proto.learning.v1.Stacking;
import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ensembles are what their members and weights say, and nothing else may serve as one. */
class EnsembleTest {
  private static final String MODEL = "direction";
  private static final String FEATURES = "features-v1";
  private static final float[] ROW = {0.1f, -0.2f, 0.3f, 0.4f};

  private final MemoryRegistry registry = new MemoryRegistry();
  private ServingCatalog catalog;

  @BeforeEach
  void start() throws ModelRefusedException {
    List<ModelEngine> single = List.of(new OnnxEngine());
    catalog =
        new ServingCatalog(
            registry, List.of(single.getFirst(), new EnsembleEngine(registry, single)));
    promote(new TinyOnnx().bias(2, 0, 0).expectedReturn().bytes());
    registry.add(MODEL, "onnx", FEATURES, new TinyOnnx().bias(0, 0, 1).expectedReturn().bytes());
  }

  @AfterEach
  void stop() {
    catalog.close();
  }

  @Test
  void theMeanIsThatOfTheMembers() throws ModelRefusedException {
    assertCombined(both(Ensemble.Combination.MEAN, 0, 0).build(), 0.5, 0.5);
  }

  @Test
  void weightsCountByTheirShare() throws ModelRefusedException {
    assertCombined(both(Ensemble.Combination.WEIGHTED, 3, 1).build(), 0.75, 0.25);
  }

  @Test
  void stackingIsALogisticRegressionOnLogProbabilities() throws ModelRefusedException {
    double[] weights = new double[18];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (i % 7) * 0.3 - 0.5;
    }
    double[] bias = {0.1, -0.2, 0.3};
    Stacking.Builder stacking = Stacking.newBuilder();
    for (double weight : weights) {
      stacking.addWeights(weight);
    }
    for (double b : bias) {
      stacking.addBias(b);
    }
    Ensemble ensemble = both(Ensemble.Combination.STACKING, 0, 0).setStacking(stacking).build();
    double[] log = new double[6];
    for (int j = 0; j < log.length; j++) {
      log[j] = Math.log(probabilities(Integer.toString(1 + j / 3))[j % 3]);
    }
    double[] z = new double[3];
    double sum = 0;
    for (int k = 0; k < 3; k++) {
      z[k] = bias[k];
      for (int j = 0; j < 6; j++) {
        z[k] += weights[k * 6 + j] * log[j];
      }
      z[k] = Math.exp(z[k]);
      sum += z[k];
    }

    promote(EnsembleFile.write(ensemble));

    float[] actual = answer("").actionProbabilities();
    for (int k = 0; k < 3; k++) {
      assertThat((double) actual[k]).isCloseTo(z[k] / sum, within(1e-6));
    }
  }

  @Test
  void isPromotedAndRolledBackAsOneAndOutlivesItsMembersInTheCatalog() throws Exception {
    promote(EnsembleFile.write(both(Ensemble.Combination.MEAN, 0, 0).build()));
    promote(new TinyOnnx().bias(0, 4, 0).expectedReturn().bytes());
    promote(new TinyOnnx().bias(0, 5, 0).expectedReturn().bytes());
    catalog.rollback(MODEL, "test", "worse");
    catalog.rollback(MODEL, "test", "worse");

    assertThat(catalog.champion(MODEL).orElseThrow().artifact().format()).isEqualTo("neo-ensemble");
    assertThat(answer("").rows()).isEqualTo(1);
  }

  @Test
  void aMemberThatIsMissingOrAnotherIsRefused() {
    Ensemble good = both(Ensemble.Combination.MEAN, 0, 0).build();
    assertRefused(with(good, good.getMembers(1).toBuilder().setVersion("99")), "cannot be had");
    assertRefused(
        with(good, good.getMembers(1).toBuilder().setDigest("ab".repeat(32))),
        "the ensemble names abab");
    String tampered = registry.addTampered(MODEL, FEATURES, new TinyOnnx().bytes());
    assertRefused(with(good, member(tampered)), "has digest");
    String other = registry.add(MODEL, "onnx", "features-v2", new TinyOnnx().bias(0, 2, 0).bytes());
    assertRefused(with(good, member(other)), "was made for feature set 'features-v2'");
    String wide = registry.add(MODEL, "onnx", FEATURES, new TinyOnnx().features(5).bytes());
    assertRefused(with(good, member(wide)), "members take different rows");
    assertThat(catalog.champion(MODEL).orElseThrow().artifact().version()).isEqualTo("1");
  }

  @Test
  void aMemberMayBeNoEnsemble() {
    Ensemble good = both(Ensemble.Combination.MEAN, 0, 0).build();
    String inner =
        registry.add(MODEL, "neo-ensemble", FEATURES, EnsembleFile.write(good).toByteArray());
    assertRefused(with(good, member(inner)), "is an ensemble itself");
  }

  @Test
  void goldenRowsHaveToComeOut() throws ModelRefusedException {
    Golden.Builder golden = Golden.newBuilder();
    for (float feature : ROW) {
      golden.addFeatures(feature);
    }
    Ensemble.Builder ensemble = both(Ensemble.Combination.MEAN, 0, 0);
    Golden wrong =
        golden
            .clone()
            .addActionProbabilities(1)
            .addActionProbabilities(0)
            .addActionProbabilities(0)
            .build();
    assertRefused(ensemble.clone().addGolden(wrong).build(), "golden row 1: action 0");
    for (int k = 0; k < 3; k++) {
      golden.addActionProbabilities((probabilities("1")[k] + probabilities("2")[k]) / 2);
    }
    promote(EnsembleFile.write(ensemble.addGolden(golden).build()));
    assertThat(catalog.champion(MODEL).orElseThrow().artifact().format()).isEqualTo("neo-ensemble");
  }

  @Test
  void hostileFilesAreRefusedBeforeAnythingIsLoaded() {
    String good =
        EnsembleFile.write(both(Ensemble.Combination.WEIGHTED, 1, 1).build()).toStringUtf8();
    assertThat(ArtifactFormat.admit(ByteString.copyFromUtf8(good), ""))
        .isEqualTo(ArtifactFormat.NEO_ENSEMBLE);
    for (String hostile :
        List.of(
            good.replace("ensemble 1", "ensemble 2"),
            good.replace("WEIGHTED", "PICKLE"),
            good.replace("weight: 1", "weight: nan"),
            good.replace("weight: 1", "weight: -1"),
            good.replace("weight: 1", "weight: 1e300"),
            good.replace("direction", "../../etc/passwd"),
            good.replace("\"1\"", "\"champion\""),
            good.replace("digest: \"", "digest: \"X"),
            good.replace("members", "unknown"),
            good + "stacking { weights: 1 }",
            good + good.substring(good.indexOf("members")),
            good + "golden { features: nan action_probabilities: [1, 0, 0] }",
            good.substring(0, good.length() - 4),
            EnsembleFile.FIRST_LINE,
            EnsembleFile.FIRST_LINE + " ".repeat(2 << 20),
            EnsembleFile.FIRST_LINE + "{".repeat(100_000))) {
      assertThatThrownBy(() -> ArtifactFormat.admit(ByteString.copyFromUtf8(hostile), ""))
          .as(hostile.substring(0, Math.min(120, hostile.length())))
          .isInstanceOf(ArtifactRefusedException.class);
    }
  }

  private void assertCombined(Ensemble ensemble, double first, double second)
      throws ModelRefusedException {
    float[] a = probabilities("1");
    float[] b = probabilities("2");
    promote(EnsembleFile.write(ensemble));
    Answer combined = answer("");
    for (int k = 0; k < 3; k++) {
      assertThat(combined.actionProbabilities()[k])
          .isEqualTo((float) (first * a[k] + second * b[k]));
    }
    assertThat(combined.hasExpectedReturn()).isTrue();
  }

  private Ensemble.Builder both(Ensemble.Combination combination, double first, double second) {
    return Ensemble.newBuilder()
        .setCombination(combination)
        .addMembers(member("1").setWeight(first))
        .addMembers(member("2").setWeight(second));
  }

  private Member.Builder member(String version) {
    try {
      return Member.newBuilder()
          .setModel(MODEL)
          .setVersion(version)
          .setDigest(registry.fetch(MODEL, version).digest());
    } catch (ModelRefusedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Ensemble with(Ensemble ensemble, Member.Builder second) {
    return ensemble.toBuilder().setMembers(1, second).build();
  }

  private void assertRefused(Ensemble ensemble, String why) {
    assertThatThrownBy(() -> promote(EnsembleFile.write(ensemble)))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining(why);
  }

  private void promote(ByteString ensemble) throws ModelRefusedException {
    String version = registry.add(MODEL, "neo-ensemble", FEATURES, ensemble.toByteArray());
    catalog.promote(MODEL, version, "", "test", "a test");
  }

  private void promote(byte[] onnx) throws ModelRefusedException {
    String version = registry.add(MODEL, "onnx", FEATURES, onnx);
    catalog.promote(MODEL, version, "", "test", "a test");
  }

  private float[] probabilities(String version) throws ModelRefusedException {
    try (var model = new OnnxEngine().load(registry.fetch(MODEL, version))) {
      return model.infer(ROW, 1).actionProbabilities();
    }
  }

  private Answer answer(String version) {
    var served = catalog.enter(MODEL, version).orElseThrow().version();
    try {
      return served.model().infer(ROW, 1);
    } finally {
      served.leave();
    }
  }
}
