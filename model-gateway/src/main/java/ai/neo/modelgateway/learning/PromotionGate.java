package ai.neo.modelgateway.learning;

import java.util.Locale;

/** Decides whether a candidate may take over: a pure function of two scores on one window. */
final class PromotionGate {
  private final int minimumEvaluation;
  private final double margin;

  PromotionGate(LearningSettings settings) {
    this.minimumEvaluation = settings.minimumEvaluation();
    this.margin = settings.promotionMargin();
  }

  /** The decision and what it rests on. */
  record Verdict(boolean passed, String reason, String evidence) {}

  Verdict judge(Score candidate, Score champion) {
    String evidence = evidence(candidate, champion);
    if (candidate.samples() < minimumEvaluation) {
      return new Verdict(
          false,
          "only " + candidate.samples() + " held-out samples, " + minimumEvaluation + " are needed",
          evidence);
    }
    String returns =
        String.format(
            Locale.ROOT,
            "net return per sample %.3g against %.3g (margin %.3g), log loss %.5f against %.5f",
            candidate.netReturn(),
            champion.netReturn(),
            margin,
            candidate.logLoss(),
            champion.logLoss());
    if (!(candidate.netReturn() - champion.netReturn() > margin)) {
      return new Verdict(false, "earns no more than the champion: " + returns, evidence);
    }
    if (!(candidate.logLoss() <= champion.logLoss())) {
      return new Verdict(false, "is less well calibrated than the champion: " + returns, evidence);
    }
    return new Verdict(true, "beats the champion: " + returns, evidence);
  }

  private String evidence(Score candidate, Score champion) {
    return "{\"samples\":"
        + candidate.samples()
        + ",\"candidate_net_return\":"
        + candidate.netReturn()
        + ",\"champion_net_return\":"
        + champion.netReturn()
        + ",\"margin\":"
        + margin
        + ",\"candidate_log_loss\":"
        + candidate.logLoss()
        + ",\"champion_log_loss\":"
        + champion.logLoss()
        + "}";
  }
}
