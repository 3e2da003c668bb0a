package ai.neo.orchestrator.trading;

import ai.neo.orchestrator.strategy.Action;
import java.util.Objects;

/**
 * One decision of one strategy on one instrument.
 *
 * @param id counts from 1 within the run
 * @param predictionId the prediction it rests on; zero for none
 * @param modelVersion the version that made it; empty for none
 * @param confidence of that prediction, 0..1; NaN for none
 * @param fallback whether the model's word was missing or unusable
 * @param verdict what risk said
 * @param clientOrderId the order that follows; empty for none
 */
public record Decision(
    long id,
    long timeNs,
    int instrument,
    String strategy,
    Action action,
    String reason,
    long predictionId,
    String modelVersion,
    double confidence,
    boolean fallback,
    Verdict verdict,
    String clientOrderId) {
  public Decision {
    Objects.requireNonNull(strategy, "strategy");
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(modelVersion, "modelVersion");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(clientOrderId, "clientOrderId");
  }

  /** What risk said of the order that the decision asked for. */
  public sealed interface Verdict {
    /** No order was asked for. */
    record None() implements Verdict {}

    /** The order may go out. */
    record Approved() implements Verdict {}

    /** The order may not go out: which rule, its limit, and what was observed. */
    record Refused(String rule, String limit, String observed) implements Verdict {
      public Refused {
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(limit, "limit");
        Objects.requireNonNull(observed, "observed");
      }
    }
  }
}
