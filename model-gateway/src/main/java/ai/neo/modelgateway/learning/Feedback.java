package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.Outcome;
import ai.neo.proto.learning.v1.LearnRequest;
import java.util.Optional;

/** What can be learned of a feedback by itself: its form, and the sample that it is. */
final class Feedback {
  /** Bounds what remembered ids may cost. */
  private static final int MAX_ID_LENGTH = 256;

  private static final float MAX_IMPORTANCE = 100f;

  /** What counts no more than this is not worth a row; the objective's weights stay above 0. */
  private static final float SMALLEST_WEIGHT = 1e-6f;

  /** A reward beyond ten usual returns says no more than one of ten. */
  private static final float MAX_SCALED_REWARD = 10f;

  private static final int SELL = 0;
  private static final int HOLD = 1;
  private static final int BUY = 2;

  private Feedback() {}

  /** Why it cannot be learned on a network; empty when it can. */
  static Optional<String> fault(LearnRequest request, DirectionNetwork on) {
    String id = request.getPredictionId();
    String featureSet = on.provenance().featureSetId();
    int features = on.shape().features();
    if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
      return Optional.of("prediction_id must have 1 to " + MAX_ID_LENGTH + " characters");
    }
    if (!request.getFeatureSetId().equals(featureSet)) {
      return Optional.of(
          "feature set " + request.getFeatureSetId() + " is not the learner's, " + featureSet);
    }
    if (request.getFeaturesCount() != features) {
      return Optional.of(
          request.getFeaturesCount() + " features were sent, the learner has " + features);
    }
    for (int f = 0; f < features; f++) {
      if (!Float.isFinite(request.getFeatures(f))) {
        return Optional.of("feature " + f + " is " + request.getFeatures(f));
      }
    }
    return fault(request);
  }

  private static Optional<String> fault(LearnRequest request) {
    boolean reward = request.hasReward();
    int label = reward ? request.getAction() : request.getLabel();
    if (label < 0 || label >= NetworkShape.ACTIONS) {
      return Optional.of((reward ? "action" : "label") + " must be 0, 1 or 2, is " + label);
    }
    float outcome = reward ? request.getReward() : request.getForwardReturn();
    if (!Float.isFinite(outcome)) {
      return Optional.of((reward ? "reward" : "forward_return") + " is " + outcome);
    }
    if (request.hasImportance()
        && !(request.getImportance() >= 0 && request.getImportance() <= MAX_IMPORTANCE)) {
      return Optional.of(
          "importance must be from 0 to " + MAX_IMPORTANCE + ", is " + request.getImportance());
    }
    if (request.hasPropensity() && !(request.getPropensity() > 0 && request.getPropensity() <= 1)) {
      return Optional.of("propensity must be above 0 and at most 1, is " + request.getPropensity());
    }
    return Optional.empty();
  }

  /**
   * The sample of a feedback without fault. It counts by importance and by 1 / propensity (inverse
   * propensity scoring; Horvitz and Thompson, 1952), clipped.
   *
   * <p>A reward becomes a label as in cost-sensitive classification: an action that earned
   * something was right, one that did not should have been HOLD, and it counts by the size of the
   * reward in units of the usual return.
   */
  static Sample sample(LearnRequest request, DirectionNetwork on, LearningSettings.Guards guards) {
    float[] features = new float[request.getFeaturesCount()];
    for (int f = 0; f < features.length; f++) {
      features[f] = request.getFeatures(f);
    }
    double weight = request.hasImportance() ? request.getImportance() : 1;
    if (request.hasPropensity()) {
      weight /= request.getPropensity();
    }
    Outcome outcome = new Outcome(request.getLabel(), request.getForwardReturn());
    if (request.hasReward()) {
      float reward = request.getReward();
      outcome = outcome(request.getAction(), reward, 2 * on.objective().costPerTrade());
      weight *= Math.min(MAX_SCALED_REWARD, Math.abs(reward) / on.objective().returnScale());
    }
    float counted = (float) Math.max(SMALLEST_WEIGHT, Math.min(guards.largestWeight(), weight));
    return new Sample(features, outcome, counted, request.getMaturedTimeNs());
  }

  /** The market's return is the reward before the cost of the trade in and the trade out. */
  private static Outcome outcome(int action, float reward, double cost) {
    return switch (action) {
      case SELL -> new Outcome(reward > 0 ? SELL : HOLD, (float) -(reward + cost));
      case BUY -> new Outcome(reward > 0 ? BUY : HOLD, (float) (reward + cost));
      default -> new Outcome(HOLD, 0f);
    };
  }
}
