package ai.neo.featurestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Side;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FeaturePipelineTest {
  private static final long MINUTE = 60_000_000_000L;

  @Test
  void theBundledSetIsReadyAfterItsLongestWindowAndFinite() {
    FeaturePipeline pipeline = FeaturePipeline.of(FeatureSetDefinition.bundled());
    List<Bar> bars = bars(300, 1, 1);
    int readyAt = -1;
    for (int i = 0; i < bars.size(); i++) {
      pipeline.onBar(bars.get(i));
      if (pipeline.ready() && readyAt < 0) {
        readyAt = i;
      }
    }
    assertThat(readyAt).isEqualTo(60);
    float[] vector = new float[pipeline.width()];
    pipeline.copyTo(vector);
    for (float value : vector) {
      assertThat(value).isFinite();
    }
  }

  @Test
  void featuresDoNotDependOnThePricesScale() {
    float[] one = last(bars(300, 1, 5));
    float[] other = last(bars(300, 1000, 5));
    for (int i = 0; i < one.length; i++) {
      assertThat(other[i]).as("feature %d", i).isCloseTo(one[i], org.assertj.core.data.Offset.offset(2e-5f));
    }
  }

  @Test
  void noRowSeesWhatCameAfterIt() {
    List<Bar> bars = bars(400, 1, 9);
    TrainingRows whole = TrainingRows.build(FeatureSetDefinition.bundled(), bars, 10, 0.001);
    List<Bar> changed = new ArrayList<>(bars.subList(0, 250));
    changed.addAll(bars(400, 3, 77).subList(250, 400));
    TrainingRows other = TrainingRows.build(FeatureSetDefinition.bundled(), changed, 10, 0.001);
    int width = whole.width();
    int same = 250 - 60;
    assertThat(Arrays.copyOf(other.features(), same * width))
        .containsExactly(Arrays.copyOf(whole.features(), same * width));
    assertThat(other.features()).isNotEqualTo(whole.features());
  }

  @Test
  void nothingIsAllocatedPerBar() {
    FeaturePipeline pipeline = FeaturePipeline.of(FeatureSetDefinition.bundled());
    List<Bar> bars = bars(1000, 1, 3);
    float[] vector = new float[pipeline.width()];
    for (int round = 0; round < 20; round++) {
      run(pipeline, bars, vector);
    }
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int round = 0; round < 100; round++) {
      run(pipeline, bars, vector);
    }
    long perBar = (threads.getCurrentThreadAllocatedBytes() - before) / 100_000;
    assertThat(perBar).isZero();
  }

  private static void run(FeaturePipeline pipeline, List<Bar> bars, float[] vector) {
    for (int i = 0; i < bars.size(); i++) {
      pipeline.onBar(bars.get(i));
      if (pipeline.ready()) {
        pipeline.copyTo(vector);
      }
    }
  }

  @Test
  void theBooksImbalanceIsSeenAtTheNextBar() {
    FeaturePipeline pipeline = FeaturePipeline.of(FeatureSetDefinition.bundled());
    List<Bar> bars = bars(200, 1, 3);
    bars.forEach(pipeline::onBar);
    pipeline.onBook(new BookChange(0, 1, Side.BUY, 100, 3, false));
    pipeline.onBook(new BookChange(0, 1, Side.SELL, 101, 1, true));
    pipeline.onBar(bars.getLast());
    float[] vector = new float[pipeline.width()];
    pipeline.copyTo(vector);
    assertThat(vector[vector.length - 1]).isEqualTo(0.5f);
  }

  @Test
  void theIdChangesWithAnyPartOfTheDefinition() {
    String yaml = FeatureSetDefinition.bundledYaml();
    String id = FeatureSetDefinition.bundled().id();
    assertThat(FeatureSetDefinition.fromYaml(yaml, "x").id()).isEqualTo(id);
    assertThat(FeatureSetDefinition.fromYaml(yaml.replace("period: 14", "period: 15"), "x").id())
        .isNotEqualTo(id);
  }

  @Test
  void aWrongDefinitionNamesWhatIsWrong() {
    assertThatThrownBy(
            () ->
                FeatureSetDefinition.fromYaml(
                    "name: a\nversion: 1\nfeatures: [{name: x, kind: rsy, period: 3}]", "f.yaml"))
        .hasMessageContaining("f.yaml")
        .hasMessageContaining("rsy");
    assertThatThrownBy(
            () -> FeatureSetDefinition.fromYaml("name: a\nversion: 1\nfaetures: []", "f.yaml"))
        .hasMessageContaining("faetures");
  }

  private static float[] last(List<Bar> bars) {
    FeaturePipeline pipeline = FeaturePipeline.of(FeatureSetDefinition.bundled());
    bars.forEach(pipeline::onBar);
    float[] vector = new float[pipeline.width()];
    pipeline.copyTo(vector);
    return vector;
  }

  private static List<Bar> bars(int count, int scale, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Bar> bars = new ArrayList<>();
    long price = 100 * E8.ONE;
    for (int i = 0; i < count; i++) {
      long open = price;
      price += random.nextLong(-E8.ONE, E8.ONE + 1);
      long high = Math.max(open, price) + random.nextLong(E8.ONE);
      long low = Math.min(open, price) - random.nextLong(E8.ONE);
      bars.add(
          new Bar(
              0,
              i * MINUTE,
              (i + 1) * MINUTE,
              open * scale,
              high * scale,
              low * scale,
              price * scale,
              random.nextLong(1, 50 * E8.ONE)));
    }
    return bars;
  }
}
