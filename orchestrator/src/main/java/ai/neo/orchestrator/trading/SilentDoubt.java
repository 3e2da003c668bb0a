package ai.neo.orchestrator.trading;

import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.riskrules.Limit;
import ai.neo.riskrules.RiskLimits;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Notices a version that does not answer what a limit on its doubt asks for, when its first
 * prediction comes: from then on risk refuses each of its entries, and until somebody wants to buy
 * nothing else would say so. Not thread-safe: the loop owns it.
 */
final class SilentDoubt {
  /** Versions that are remembered as told; a few serve side by side. */
  private static final int REMEMBERED = 64;

  private final RiskLimits limits;
  private final Set<Told> told = new LinkedHashSet<>();

  /** What was said of a version since it began to serve. */
  private record Told(String version, long epoch, List<String> silent) {}

  SilentDoubt(RiskLimits limits) {
    this.limits = limits;
  }

  /**
   * What is to be said of the version that answered; empty when nothing is, or it was said.
   *
   * @param symbol of the prediction's instrument
   */
  List<String> notice(Prediction prediction, String symbol) {
    List<Limit> unanswered = limits.of(symbol).unanswered(prediction.doubt());
    if (unanswered.isEmpty()) {
      return List.of();
    }
    List<String> silent = unanswered.stream().map(limit -> text(limit, symbol)).toList();
    if (!told.add(new Told(prediction.version(), prediction.epoch(), silent))) {
      return List.of();
    }
    if (told.size() > REMEMBERED) {
      told.remove(told.iterator().next());
    }
    return silent.stream()
        .map(
            each ->
                prediction.model()
                    + " v"
                    + prediction.version()
                    + " does not answer "
                    + each
                    + " refuses every entry that rests on it; promote a version that answers it, or"
                    + " set the limit to "
                    + Limit.OFF)
        .toList();
  }

  private String text(Limit limit, String symbol) {
    return limit.output().orElseThrow()
        + ", and "
        + limit.key()
        + "="
        + limits.of(symbol).text(limit).orElseThrow();
  }
}
