package ai.neo.modelgateway.learning;

import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.TrainRows;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A seeded market with a planted signal: the next return follows the first feature, with noise. A
 * negative strength turns the signal round.
 */
final class Market {
  static final int FEATURES = 8;
  static final String FEATURE_SET = "features-1";
  static final double COST = 0.0002;

  private final SplittableRandom random;
  private long samples;

  Market(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Features, label and return of one moment. */
  record Moment(List<Float> features, int label, float forwardReturn, long timeNs) {}

  Moment next(double strength) {
    List<Float> features = new ArrayList<>(FEATURES);
    for (int f = 0; f < FEATURES; f++) {
      features.add((float) random.nextDouble(-1, 1));
    }
    double move = 0.002 * strength * features.getFirst() + random.nextDouble(-0.0004, 0.0004);
    int label = move > 0.0006 ? 2 : move < -0.0006 ? 0 : 1;
    samples++;
    return new Moment(features, label, (float) move, samples * 60_000_000_000L);
  }

  LearnRequest outcome(double strength) {
    Moment moment = next(strength);
    return LearnRequest.newBuilder()
        .setModel("direction")
        .setPredictionId("p" + samples)
        .setFeatureSetId(FEATURE_SET)
        .addAllFeatures(moment.features())
        .setLabel(moment.label())
        .setForwardReturn(moment.forwardReturn())
        .setEventTimeNs(moment.timeNs())
        .setMaturedTimeNs(moment.timeNs() + 300_000_000_000L)
        .build();
  }

  /** Rows as they are sent. */
  static TrainRows message(int count, long seed, double strength) {
    Market market = new Market(seed);
    TrainRows.Builder rows = TrainRows.newBuilder();
    for (int i = 0; i < count; i++) {
      Moment moment = market.next(strength);
      rows.addAllFeatures(moment.features())
          .addLabels(moment.label())
          .addForwardReturn(moment.forwardReturn())
          .addTimeNs(moment.timeNs());
    }
    return rows.build();
  }

  static TrainingRows rows(int count, long seed, double strength) {
    Market market = new Market(seed);
    TrainingRows rows = new TrainingRows(FEATURES);
    for (int i = 0; i < count; i++) {
      Moment moment = market.next(strength);
      rows.add(
          moment.features(),
          List.of(moment.label()),
          List.of(moment.forwardReturn()),
          List.of(moment.timeNs()));
    }
    return rows;
  }
}
