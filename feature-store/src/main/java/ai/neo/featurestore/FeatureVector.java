package ai.neo.featurestore;

import java.util.Arrays;
import java.util.Objects;

/**
 * The features of one instrument at one moment. Immutable: values are copied in and out.
 *
 * @param instrument symbol of the instrument
 * @param featureSetId {@link FeatureSetDefinition#id()}
 * @param timeNs close of the bar at which they were computed
 * @param values in the order of the definition, all finite
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
public record FeatureVector(String instrument, String featureSetId, long timeNs, float[] values) {
  public FeatureVector {
    Objects.requireNonNull(instrument, "instrument");
    Objects.requireNonNull(featureSetId, "featureSetId");
    if (instrument.isBlank() || featureSetId.isBlank()) {
      throw new IllegalArgumentException(
          "instrument="
              + instrument
              + " feature_set_id="
              + featureSetId
              + ", expected both to be named");
    }
    values = values.clone();
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "instrument=" + instrument + " time_ns=" + timeNs + " has a value of " + value);
      }
    }
  }

  @Override
  public float[] values() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureVector that
        && timeNs == that.timeNs
        && instrument.equals(that.instrument)
        && featureSetId.equals(that.featureSetId)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Objects.hash(instrument, featureSetId, timeNs, Arrays.hashCode(values));
  }

  @Override
  public String toString() {
    return "FeatureVector[instrument="
        + instrument
        + ", feature_set_id="
        + featureSetId
        + ", time_ns="
        + timeNs
        + ", values="
        + Arrays.toString(values)
        + "]";
  }
}
