package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.Objective;
import ai.neo.modelgateway.network.TrainingBatch;
import ai.neo.proto.learning.v1.MemoryImage;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest samples, bounded; the oldest falls out. A batch is half the newest and half a draw
 * from all, so that the learner follows the market without forgetting last week.
 *
 * <p>The draw is even, or in proportion to (loss + ε)^α (Schaul and others, "Prioritized Experience
 * Replay", 2016); then each drawn sample is weighted (n · probability)^−β, as a share of the
 * batch's largest, so that the gradient stays near that of an even draw. A new sample has the
 * highest priority there was, so that each is drawn before long. One thread.
 */
final class ReplayBuffer {
  /** So that what is known by heart is drawn again some day. */
  private static final double SMALLEST_LOSS = 1e-3;

  private final Sample[] ring;
  private final LearningSettings.Replay settings;
  private final SumTree priorities;
  private double highest = 1;
  private long added;
  private int[] drawn = {};

  ReplayBuffer(int capacity, LearningSettings.Replay settings) {
    this.ring = new Sample[capacity];
    this.settings = settings;
    this.priorities = new SumTree(settings.prioritised() ? capacity : 1);
  }

  void add(Sample sample) {
    int slot = slot(added);
    ring[slot] = sample;
    if (settings.prioritised()) {
      priorities.set(slot, highest);
    }
    added++;
  }

  int size() {
    return (int) Math.min(added, ring.length);
  }

  /** Fills the batch; the buffer must not be empty. */
  void draw(TrainingBatch batch, DirectionNetwork base, ReplayRandom random) {
    int newest = Math.min(size(), batch.rows() / 2);
    drawn = new int[batch.rows()];
    for (int i = 0; i < drawn.length; i++) {
      if (i >= newest && settings.prioritised()) {
        drawn[i] = priorities.find(random.nextDouble() * priorities.total());
      } else {
        drawn[i] = slot(added - 1 - (i < newest ? i : random.nextInt(size())));
      }
    }
    double[] corrections = corrections(newest);
    float[] scaled = new float[base.shape().features()];
    for (int i = 0; i < drawn.length; i++) {
      Sample sample = ring[drawn[i]];
      base.standardisation().apply(sample.features(), 0, scaled, 0);
      float weight = (float) (sample.weight() * corrections[i]);
      batch.fill(i, scaled, 0, weighted(base.objective(), weight), sample.outcome());
    }
  }

  /** Whether losses are wanted after a draw. */
  boolean wantsLosses() {
    return settings.prioritised();
  }

  /** The samples of the last draw. */
  List<Sample> drawn() {
    List<Sample> samples = new ArrayList<>(drawn.length);
    for (int slot : drawn) {
      samples.add(ring[slot]);
    }
    return samples;
  }

  /** What the samples of the last draw still cost, each at least 0. */
  void learned(double[] losses) {
    for (int i = 0; i < drawn.length; i++) {
      double priority = StrictMath.pow(losses[i] + SMALLEST_LOSS, settings.alpha());
      priorities.set(drawn[i], priority);
      highest = Math.max(highest, priority);
    }
  }

  /** The newest samples, oldest of them first. */
  List<Sample> newest(int count) {
    int all = Math.min(count, size());
    List<Sample> samples = new ArrayList<>(all);
    for (long at = added - all; at < added; at++) {
      samples.add(ring[slot(at)]);
    }
    return samples;
  }

  void write(MemoryImage.Builder image) {
    image.setReplay(Sample.image(newest(size()))).setHighestPriority(highest);
    if (settings.prioritised()) {
      for (long at = added - size(); at < added; at++) {
        image.addPriorities(priorities.get(slot(at)));
      }
    }
  }

  /**
   * Takes an image's samples into the places that they had; a smaller buffer takes the newest.
   *
   * @param total samples ever added
   */
  void read(MemoryImage image, long total) {
    List<Sample> samples = Sample.read(image.getReplay(), image.getFeatures());
    int kept = Math.min(samples.size(), ring.length);
    boolean told = image.getPrioritiesCount() == samples.size();
    highest = told ? image.getHighestPriority() : 1;
    added = total - kept;
    for (int i = samples.size() - kept; i < samples.size(); i++) {
      add(samples.get(i));
      if (told && settings.prioritised()) {
        priorities.set(slot(added - 1), image.getPriorities(i));
      }
    }
  }

  long added() {
    return added;
  }

  private int slot(long at) {
    return (int) (at % ring.length);
  }

  /** The newest are there for being new, and count fully. */
  private double[] corrections(int newest) {
    double[] corrections = new double[drawn.length];
    double largest = 0;
    for (int i = 0; i < drawn.length; i++) {
      corrections[i] = 1;
      if (i >= newest && settings.prioritised()) {
        double probability = priorities.get(drawn[i]) / priorities.total();
        corrections[i] = StrictMath.pow(size() * probability, -settings.beta());
        largest = Math.max(largest, corrections[i]);
      }
    }
    for (int i = newest; i < drawn.length && largest > 0; i++) {
      corrections[i] /= largest;
    }
    return corrections;
  }

  private static Objective weighted(Objective objective, float weight) {
    if (weight == 1f) {
      return objective;
    }
    return new Objective(
        objective.sellWeight() * weight,
        objective.holdWeight() * weight,
        objective.buyWeight() * weight,
        objective.returnScale(),
        objective.costPerTrade());
  }
}
