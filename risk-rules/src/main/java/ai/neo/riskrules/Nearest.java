package ai.neo.riskrules;

import java.util.List;

/** The known word that is most like a mistyped one. */
final class Nearest {
  private Nearest() {}

  static String to(String word, List<String> known) {
    String best = known.getFirst();
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(word, candidate);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    return best;
  }

  /** Levenshtein's distance: insertions, deletions, replacements that turn one into the other. */
  private static int distance(String one, String other) {
    int[] previous = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[other.length() + 1];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replace = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replace, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[other.length()];
  }
}
