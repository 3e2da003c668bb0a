package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.proto.learning.v1.WatchImage;
import java.util.Locale;
import java.util.Optional;

/**
 * Compares a new champion with its predecessor on the held-out samples since the promotion, over a
 * sliding window. One thread.
 */
final class RollbackWatch {
  private final ServableModel predecessor;
  private final double margin;
  private final double[] predecessorReturns; // after cost, per sample; a ring
  private final double[] championReturns;
  private long scored;

  RollbackWatch(ServableModel predecessor, int window, double margin) {
    this.predecessor = predecessor;
    this.margin = margin;
    this.predecessorReturns = new double[window];
    this.championReturns = new double[window];
  }

  /** Why the champion should go: the evidence, means over the window. */
  record Breach(String predecessor, int samples, double championNet, double predecessorNet) {
    String reason() {
      return String.format(
          Locale.ROOT,
          "over %d held-out samples the champion earned %.3g per sample after cost, version %s would"
              + " have earned %.3g",
          samples,
          championNet,
          predecessor,
          predecessorNet);
    }

    String evidence() {
      return "{\"samples\":"
          + samples
          + ",\"champion_net_return\":"
          + championNet
          + ",\"predecessor_net_return\":"
          + predecessorNet
          + ",\"predecessor\":\""
          + predecessor
          + "\"}";
    }
  }

  /** Scores one held-out sample; a breach when the window is full and the champion is behind. */
  Optional<Breach> add(Sample sample, ServableModel champion, double cost) {
    int window = championReturns.length;
    int at = (int) (scored % window);
    championReturns[at] =
        Score.netReturn(champion.infer(sample.features(), 1), 0, sample.outcome(), cost);
    predecessorReturns[at] =
        Score.netReturn(predecessor.infer(sample.features(), 1), 0, sample.outcome(), cost);
    scored++;
    if (!isFull()) {
      return Optional.empty();
    }
    double champions = mean(championReturns);
    double predecessors = mean(predecessorReturns);
    return predecessors - champions > margin
        ? Optional.of(new Breach(predecessor.artifact().version(), window, champions, predecessors))
        : Optional.empty();
  }

  WatchImage image() {
    WatchImage.Builder image = WatchImage.newBuilder().setScored(scored);
    for (int i = 0; i < Math.min(scored, championReturns.length); i++) {
      image.addPredecessor(predecessorReturns[i]).addChampion(championReturns[i]);
    }
    return image.build();
  }

  /** Goes on from an image of a watch of the same length; another's is not taken. */
  void read(WatchImage image) {
    if (image.getChampionCount() != Math.min(image.getScored(), championReturns.length)) {
      return; // the window was set anew: the watch begins again
    }
    scored = image.getScored();
    for (int i = 0; i < image.getChampionCount(); i++) {
      predecessorReturns[i] = image.getPredecessor(i);
      championReturns[i] = image.getChampion(i);
    }
  }

  /** Whether a whole window was scored since the promotion. */
  boolean isFull() {
    return scored >= championReturns.length;
  }

  /** Summed anew each time: a running sum would carry its rounding from sample to sample. */
  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
