package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.ServedNetwork;
import java.util.List;

/** Rows on which a learner's answers may be only so far from those of the network it began from. */
final class Probe {
  private final float[] rows;
  private final int count;
  private final float[] reference;

  Probe(DirectionNetwork base, List<Sample> samples) {
    this.rows = Sample.rows(samples);
    this.count = samples.size();
    this.reference = ServedNetwork.answers(base, rows, count).actionProbabilities();
  }

  /** The largest change of any action's probability; not finite when an answer is not. */
  double change(DirectionNetwork now) {
    float[] answers = ServedNetwork.answers(now, rows, count).actionProbabilities();
    double largest = 0;
    for (int i = 0; i < answers.length; i++) {
      largest = Math.max(largest, Math.abs((double) answers[i] - reference[i])); // NaN stays NaN
    }
    return largest;
  }
}
