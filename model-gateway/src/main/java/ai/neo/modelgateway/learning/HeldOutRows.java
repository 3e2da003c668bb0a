package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.ServedNetwork;
import java.util.Arrays;

/** Judges a network that is being trained on the rows kept from it. */
final class HeldOutRows {
  private HeldOutRows() {}

  /** Scores rows {@code from} to the end with the forward pass that will serve. */
  static Trainer.HeldOut judge(DirectionNetwork network, TrainingRows rows, int from) {
    int count = rows.rows() - from;
    int features = rows.features();
    float[] values = Arrays.copyOfRange(rows.values(), from * features, rows.rows() * features);
    Answer answer = ServedNetwork.answers(network, values, count);
    Score.Sum sum = new Score.Sum();
    for (int i = 0; i < count; i++) {
      sum.add(answer, i, rows.outcome(from + i), network.objective().costPerTrade());
    }
    Score score = sum.mean();
    return new Trainer.HeldOut(count, score.accuracy(), score.logLoss(), score.netReturn());
  }
}
