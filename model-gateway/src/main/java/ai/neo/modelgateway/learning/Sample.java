package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.Outcome;
import ai.neo.proto.learning.v1.SamplesImage;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * One prediction's features and what came of it, checked.
 *
 * @param features F values, finite, as they went into the prediction; not to be changed
 * @param weight how much it counts, above 0; 1 is usual
 * @param timeNs when the outcome was known
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; copied at the edge
record Sample(float[] features, Outcome outcome, float weight, long timeNs) {

  /** Samples in their order, as they are written down. */
  static SamplesImage image(Collection<Sample> samples) {
    SamplesImage.Builder image = SamplesImage.newBuilder();
    byte[] labels = new byte[samples.size()];
    int at = 0;
    for (Sample sample : samples) {
      for (float feature : sample.features()) {
        image.addFeatures(feature);
      }
      labels[at++] = (byte) sample.outcome().label();
      image.addReturns(sample.outcome().forwardReturn());
      image.addWeights(sample.weight());
      image.addTimeNs(sample.timeNs());
    }
    return image.setLabels(ByteString.copyFrom(labels)).build();
  }

  static List<Sample> read(SamplesImage image, int features) {
    int count = image.getLabels().size();
    List<Sample> samples = new ArrayList<>(count);
    for (int row = 0; row < count; row++) {
      float[] values = new float[features];
      for (int f = 0; f < features; f++) {
        values[f] = image.getFeatures(row * features + f);
      }
      samples.add(
          new Sample(
              values,
              new Outcome(image.getLabels().byteAt(row), image.getReturns(row)),
              image.getWeights(row),
              image.getTimeNs(row)));
    }
    return samples;
  }

  /** All samples' features, one row after the other. */
  static float[] rows(List<Sample> samples) {
    int features = samples.isEmpty() ? 0 : samples.getFirst().features().length;
    float[] rows = new float[samples.size() * features];
    for (int row = 0; row < samples.size(); row++) {
      System.arraycopy(samples.get(row).features(), 0, rows, row * features, features);
    }
    return rows;
  }
}
