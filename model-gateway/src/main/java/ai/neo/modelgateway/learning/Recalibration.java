package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.network.Calibration;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.ServedNetwork;
import ai.neo.modelgateway.network.Uncertainty;
import java.util.List;

/**
 * Calibrates weights anew that were learned since their champion was calibrated, in the champion's
 * way: how sure a network is of itself moves with its weights.
 *
 * <p>On held-out samples, none of which was learned from: the older ones. The newer ones judge the
 * snapshot and its champion, so that neither is judged on what it was fitted to; between the two
 * lies a gap that is longer than any outcome takes. A pure function of its arguments.
 */
final class Recalibration {
  /** Samples between those fitted on and those judged on, because outcomes overlap. */
  static final int GAP = LearnerState.BLOCK;

  private Recalibration() {}

  /**
   * How many of the oldest held-out samples are fitted on, when enough are left to judge.
   *
   * @param held how many samples are held out
   * @param judged without so many no candidate passes
   * @return 0 when the champion is not calibrated, or there are too few for both
   */
  static int fitted(Calibration champions, int held, int judged) {
    if (champions.equals(Calibration.NONE)) {
      return 0;
    }
    int left = held - GAP - Math.max(judged, held / 2);
    return left < CalibrationFit.MIN_ROWS ? 0 : left;
  }

  /**
   * The same weights under a calibration of the same kind; as they are when {@code on} is empty.
   */
  static DirectionNetwork of(DirectionNetwork learned, List<Sample> on) {
    if (on.isEmpty()) {
      return learned;
    }
    DirectionNetwork plain = learned.answering(Uncertainty.NONE, Calibration.NONE);
    Answer answer = ServedNetwork.answers(plain, Sample.rows(on), on.size());
    CalibrationFit.Sample said = new CalibrationFit.Sample(on.size());
    for (int row = 0; row < on.size(); row++) {
      said.add(answer, row, on.get(row).outcome().label());
    }
    Calibration fitted = CalibrationFit.fit(method(learned.calibration()), said);
    return learned.answering(learned.uncertainty(), fitted);
  }

  private static CalibrationMethod method(Calibration calibration) {
    return switch (calibration) {
      case Calibration.Identity none -> CalibrationMethod.NONE;
      case Calibration.Temperature temperature -> CalibrationMethod.TEMPERATURE;
      case Calibration.Isotonic isotonic -> CalibrationMethod.ISOTONIC;
    };
  }
}
