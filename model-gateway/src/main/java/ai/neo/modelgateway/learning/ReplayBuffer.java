package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.TrainingBatch;
import java.util.SplittableRandom;

/**
 * The newest samples, bounded; the oldest falls out. A batch is half the newest and half a draw
 * from all, so that the learner follows the market without forgetting last week. One thread.
 */
final class ReplayBuffer {
  private final Sample[] ring;
  private long added;

  ReplayBuffer(int capacity) {
    this.ring = new Sample[capacity];
  }

  void add(Sample sample) {
    ring[(int) (added % ring.length)] = sample;
    added++;
  }

  int size() {
    return (int) Math.min(added, ring.length);
  }

  /** Fills the batch; the buffer must not be empty. */
  void draw(TrainingBatch batch, DirectionNetwork base, SplittableRandom random) {
    int features = base.shape().features();
    int newest = Math.min(size(), batch.rows() / 2);
    float[] scaled = new float[features];
    for (int i = 0; i < batch.rows(); i++) {
      long back = i < newest ? i : random.nextInt(size());
      Sample sample = ring[(int) ((added - 1 - back) % ring.length)];
      base.standardisation().apply(sample.features(), 0, scaled, 0);
      batch.fill(i, scaled, 0, base.objective(), sample.outcome());
    }
  }
}
