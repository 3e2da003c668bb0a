package ai.neo.orchestrator.running;

/**
 * How a run on recorded data is paced.
 *
 * @param speed recorded seconds that pass in one second; {@link Double#POSITIVE_INFINITY} for as
 *     fast as it goes
 * @param longestGapNs recorded time without events is waited for no longer than this
 * @param predictionDelayNs after which a prediction is booked, on the recorded clock
 */
public record RunSettings(double speed, long longestGapNs, long predictionDelayNs) {
  public RunSettings {
    if (!(speed > 0)) {
      throw new IllegalArgumentException("speed=" + speed + ", expected more than 0");
    }
    if (longestGapNs <= 0 || predictionDelayNs < 0) {
      throw new IllegalArgumentException(
          "longest_gap_ns="
              + longestGapNs
              + " prediction_delay_ns="
              + predictionDelayNs
              + ", expected positive times");
    }
  }

  /** As fast as it goes. */
  public boolean unpaced() {
    return Double.isInfinite(speed);
  }
}
