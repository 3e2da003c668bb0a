package ai.neo.modelregistry.gates;

import java.time.Duration;
import java.util.Optional;

/**
 * The gates before one model's champion.
 *
 * @param signedEvaluation whether only evaluations count that a configured evaluator signed, and
 *     one is needed
 * @param minimumSamples that evaluations of the version must rest on; 0 for any
 * @param sequentialTest against the champion, when present
 * @param secondPerson whether somebody else than who asks must approve
 * @param approvalsLast until a request or an approval is too old
 * @param allowForce whether gates may be waived, with a reason, for one promotion
 * @param gateFirst whether the first champion that a model ever has is gated too
 */
public record GateSettings(
    boolean signedEvaluation,
    long minimumSamples,
    Optional<Sequential> sequentialTest,
    boolean secondPerson,
    Duration approvalsLast,
    boolean allowForce,
    boolean gateFirst) {

  /** No gate at all: what holds where nothing is configured. */
  public static final GateSettings NONE =
      new GateSettings(false, 0, Optional.empty(), false, Duration.ofHours(24), false, false);

  /**
   * See {@link SequentialTest}.
   *
   * @param alpha in (0, 1)
   * @param bound above 0
   */
  public record Sequential(double alpha, double bound) {
    public Sequential {
      if (!(alpha > 0 && alpha < 1)) {
        throw new IllegalArgumentException("alpha must lie between 0 and 1, not " + alpha);
      }
      if (!(bound > 0 && Double.isFinite(bound))) {
        throw new IllegalArgumentException("bound must be above 0, not " + bound);
      }
    }
  }

  public GateSettings {
    if (minimumSamples < 0) {
      throw new IllegalArgumentException("minimum_samples must not be below 0: " + minimumSamples);
    }
    if (approvalsLast.isNegative() || approvalsLast.isZero()) {
      throw new IllegalArgumentException("approvals_last_hours must be above 0");
    }
  }
}
