package ai.neo.modelgateway.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.TensorOnnx;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.LoadedModel;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Files that are harmless to look at and not to load: another process finds out. */
class TriedEngineTest {
  private static final long MEBIBYTE = 1L << 20;
  private static final Duration MINUTES = Duration.ofMinutes(2);

  private final TriedEngine engine =
      new TriedEngine(new TriedEngine.Limits(256 * MEBIBYTE, MINUTES));

  private static ModelArtifact artifact(byte[] content) {
    return new ModelArtifact("m", "1", "digest " + content.length, "onnx", "", content);
  }

  /** Adds the largest of so many ones to its input: made when it is loaded. */
  private static byte[] madeOfOnes(long... dims) {
    return new TensorOnnx()
        .integers("dims", dims)
        .node("ConstantOfShape", "ones", "dims")
        .node("ReduceMax", "largest", "ones")
        .input("x", ElementType.FP32, TensorOnnx.ANY, 1)
        .node("Add", "y", "x", "largest")
        .output("y", ElementType.FP32, TensorOnnx.ANY, 1)
        .bytes();
  }

  @Test
  void whatPassesIsServed() throws Exception {
    ModelArtifact artifact = artifact(new TinyOnnx().bytes());
    try (ServableModel first = engine.load(artifact);
        LoadedModel again = engine.open(artifact)) {
      assertThat(first.infer(new float[4], 1).rows()).isEqualTo(1);
      assertThat(again).isInstanceOf(ServableModel.class);
    }
    try (LoadedModel tensors = engine.open(artifact(madeOfOnes(1, 1)))) {
      assertThat(tensors).isNotInstanceOf(ServableModel.class);
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "memory is limited on Linux alone")
  void aFileThatTakesTooMuchMemoryIsRefusedWhereItHurtsNobody() {
    ModelArtifact greedy = artifact(madeOfOnes(1_000, 1_000, 1_000)); // 4 GB
    assertThatThrownBy(() -> engine.open(greedy))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("it takes too much memory")
        .hasMessageContaining("4000000000");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "only glibc tells what was allocated")
  void whatAVersionHoldsOutsideOfTheHeapIsFoundOut() throws Exception {
    int features = 20_000;
    int weights = features * 3 * Float.BYTES;
    try (ServableModel large = engine.load(artifact(new TinyOnnx().features(features).bytes()));
        ServableModel small = engine.load(artifact(new TinyOnnx().bytes()))) {
      assertThat(large.offHeapBytes().orElseThrow()).isBetween((long) weights, 40L * weights);
      assertThat(small.offHeapBytes().orElseThrow()).isBetween(1_000L, 2 * MEBIBYTE);
    }
  }

  @Test
  void aFileThatTakesTooLongIsRefused() {
    TensorOnnx slow = new TensorOnnx().integers("dims", 4_000, 4_000);
    slow.node("ConstantOfShape", "m0", "dims");
    LongStream.range(0, 200).forEach(i -> slow.node("MatMul", "m" + (i + 1), "m" + i, "m0"));
    byte[] content =
        slow.node("ReduceMax", "largest", "m200")
            .input("x", ElementType.FP32, TensorOnnx.ANY, 1)
            .node("Add", "y", "x", "largest")
            .output("y", ElementType.FP32, TensorOnnx.ANY, 1)
            .bytes();
    TriedEngine hasty =
        new TriedEngine(new TriedEngine.Limits(2_048 * MEBIBYTE, Duration.ofSeconds(3)));
    assertThatThrownBy(() -> hasty.open(artifact(content)))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessage("it was not loaded and did not answer within 3 s");
  }

  @Test
  void whatTheEngineRefusesIsRefusedWithItsReason() {
    byte[] unlike = new TinyOnnx().withoutSoftmax().bias(5, 0, 0).bytes();
    assertThatThrownBy(() -> engine.load(artifact(unlike)))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("end the model with a softmax");
    assertThatThrownBy(() -> engine.open(artifact(new byte[] {8, 8, 1, 2, 3})))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("ONNX Runtime cannot load it");
  }

  @Test
  void limitsThatNothingCouldMeetAreNone() {
    assertThatThrownBy(() -> new TriedEngine.Limits(0, MINUTES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1 MiB");
  }
}
