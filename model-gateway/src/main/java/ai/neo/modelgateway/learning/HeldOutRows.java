package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.Outcome;
import ai.neo.modelgateway.network.ServedNetwork;

/** Judges a network that is being trained on the rows kept from it. */
final class HeldOutRows {
  private static final int CHUNK = 256; // bounds the memory of long windows

  private HeldOutRows() {}

  /** Scores rows with the forward pass that will serve. */
  static Trainer.HeldOut judge(DirectionNetwork network, TrainingRows rows, int[] judged) {
    Score.Sum sum = new Score.Sum();
    answer(
        network,
        rows,
        judged,
        (answer, at, outcome) -> sum.add(answer, at, outcome, network.objective().costPerTrade()));
    Score score = sum.mean();
    return new Trainer.HeldOut(judged.length, score.accuracy(), score.logLoss(), score.netReturn());
  }

  /** Probabilities and labels of rows, as calibration is fitted and measured on. */
  static CalibrationFit.Sample probabilities(
      DirectionNetwork network, TrainingRows rows, int[] judged) {
    CalibrationFit.Sample sample = new CalibrationFit.Sample(judged.length);
    answer(network, rows, judged, (answer, at, outcome) -> sample.add(answer, at, outcome.label()));
    return sample;
  }

  private interface Heard {
    void of(Answer answer, int at, Outcome outcome);
  }

  private static void answer(
      DirectionNetwork network, TrainingRows rows, int[] judged, Heard heard) {
    NetworkShape shape = network.shape();
    for (int from = 0; from < judged.length; from += CHUNK) {
      int count = Math.min(CHUNK, judged.length - from);
      float[] values = new float[count * shape.features()];
      for (int i = 0; i < count; i++) {
        rows.copyWindow(
            rows.values(), judged[from + i], shape.window(), values, i * shape.features());
      }
      Answer answer = ServedNetwork.answers(network, values, count);
      for (int i = 0; i < count; i++) {
        heard.of(answer, i, rows.outcome(judged[from + i]));
      }
    }
  }
}
