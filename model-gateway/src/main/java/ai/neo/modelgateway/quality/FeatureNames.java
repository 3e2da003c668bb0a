package ai.neo.modelgateway.quality;

import java.util.List;
import java.util.Map;

/**
 * What people call the features of a model's vector, for the feature sets that whoever starts the
 * gateway has told it of. The gateway itself knows a feature by its place alone.
 *
 * @param bySet names in the order of the vector, by the feature set's id
 */
public record FeatureNames(Map<String, List<String>> bySet) {
  /** No feature set is known. */
  public static final FeatureNames NONE = new FeatureNames(Map.of());

  public FeatureNames {
    bySet = Map.copyOf(bySet);
  }

  /**
   * One feature set, as {@code ID:name,name,…}.
   *
   * @throws IllegalArgumentException when it is not written so
   */
  static Map.Entry<String, List<String>> set(String text) {
    if (!text.matches("[A-Za-z0-9._-]{1,64}:[A-Za-z0-9._-]{1,64}(,[A-Za-z0-9._-]{1,64})*")) {
      String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
      throw new IllegalArgumentException(
          "expected ID:name,name,… for features, not '" + shown + "'");
    }
    int colon = text.indexOf(':');
    return Map.entry(text.substring(0, colon), List.of(text.substring(colon + 1).split(",", -1)));
  }

  /** The feature's name where it is known, else its place in the vector, such as "feature 22". */
  public String of(String featureSetId, int index) {
    List<String> names = bySet.getOrDefault(featureSetId, List.of());
    return index < names.size() ? names.get(index) : "feature " + index;
  }
}
