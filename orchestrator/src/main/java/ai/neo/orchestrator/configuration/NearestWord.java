package ai.neo.orchestrator.configuration;

import java.util.Collection;
import java.util.Comparator;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The known word that is most like a mistyped one. */
public final class NearestWord {
  private NearestWord() {}

  /**
   * @param known not empty; of two that are as near, the first
   */
  public static String to(String word, Collection<String> known) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance.apply(word, candidate)))
        .orElseThrow();
  }
}
