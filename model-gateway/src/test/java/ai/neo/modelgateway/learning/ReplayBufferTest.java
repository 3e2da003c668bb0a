package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.Outcome;
import ai.neo.modelgateway.network.TrainingBatch;
import ai.neo.proto.learning.v1.MemoryImage;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {
  private static final int CAPACITY = 100;

  private DirectionNetwork network;

  @BeforeEach
  void train() throws Exception {
    network =
        new Trainer(LearningSettings.defaults())
            .train(
                Market.rows(300, 3, 1),
                new TrainingPlan(Market.FEATURE_SET, 1, 1, Market.COST),
                progress -> true)
            .network();
  }

  @Test
  void theRandomNumbersAreThoseOfSplittableRandom() {
    for (long seed : new long[] {0, 42, -7, Long.MAX_VALUE}) {
      SplittableRandom known = new SplittableRandom(seed);
      ReplayRandom ours = new ReplayRandom(seed);
      for (int i = 1; i < 2000; i++) {
        int bound = i % 7 == 0 ? 1 << (i % 31) : i * 1_000_003 & Integer.MAX_VALUE;
        assertThat(ours.nextInt(Math.max(1, bound))).isEqualTo(known.nextInt(Math.max(1, bound)));
        assertThat(ours.nextDouble()).isEqualTo(known.nextDouble());
        ours = new ReplayRandom(ours.state());
      }
    }
  }

  @Test
  void aDrawByWeightIsInProportion() {
    SumTree tree = new SumTree(5);
    double[] weights = {1, 0, 3, 2, 4};
    for (int i = 0; i < weights.length; i++) {
      tree.set(i, weights[i]);
    }
    assertThat(tree.total()).isEqualTo(10);
    int[] hits = new int[5];
    for (int i = 0; i < 1000; i++) {
      hits[tree.find(i / 100.0)]++;
    }
    assertThat(hits).containsExactly(100, 0, 300, 200, 400);
    tree.set(4, 0);
    assertThat(tree.find(tree.total())).isEqualTo(3); // rounding never leads to an empty leaf
  }

  @Test
  void whatCostsMoreIsDrawnMoreOften() {
    ReplayBuffer buffer = filled(new LearningSettings.Replay(true, 1, 0.4));
    TrainingBatch batch = new TrainingBatch(32, Market.FEATURES);
    ReplayRandom random = new ReplayRandom(5);
    long hard = 0;
    for (int i = 0; i < 2000; i++) {
      buffer.draw(batch, network, random);
      double[] losses =
          buffer.drawn().stream().mapToDouble(s -> s.timeNs() % 10 == 0 ? 5 : 0.1).toArray();
      if (i >= 1000) {
        hard += buffer.drawn().stream().skip(16).filter(s -> s.timeNs() % 10 == 0).count();
      }
      buffer.learned(losses);
    }
    // A tenth of the samples has 5.001 / (5.001 + 9 · 0.101) = 85 % of the priority.
    assertThat(hard / 16_000.0).isCloseTo(0.85, within(0.05));
  }

  @Test
  void anImageGoesOnAlikeEvenWhereTheRingHasTurned() {
    for (boolean prioritised : new boolean[] {false, true}) {
      LearningSettings.Replay settings = new LearningSettings.Replay(prioritised, 0.6, 0.4);
      ReplayBuffer one = filled(settings);
      MemoryImage.Builder image = MemoryImage.newBuilder().setFeatures(Market.FEATURES);
      one.write(image);
      ReplayBuffer other = new ReplayBuffer(CAPACITY, settings);
      other.read(image.build(), one.added());
      TrainingBatch batch = new TrainingBatch(32, Market.FEATURES);
      one.draw(batch, network, new ReplayRandom(9));
      other.draw(batch, network, new ReplayRandom(9));
      assertThat(other.drawn().stream().map(Sample::timeNs))
          .containsExactlyElementsOf(one.drawn().stream().map(Sample::timeNs).toList());
      ReplayBuffer half = new ReplayBuffer(CAPACITY / 2, settings);
      half.read(image.build(), one.added());
      assertThat(half.newest(1000).stream().map(Sample::timeNs))
          .containsExactlyElementsOf(IntStream.range(180, 230).mapToObj(i -> (long) i).toList());
    }
  }

  private static ReplayBuffer filled(LearningSettings.Replay settings) {
    ReplayBuffer buffer = new ReplayBuffer(CAPACITY, settings);
    for (int i = 0; i < 230; i++) {
      buffer.add(new Sample(new float[Market.FEATURES], new Outcome(i % 3, 0f), 1f, i));
    }
    return buffer;
  }
}
