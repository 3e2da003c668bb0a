package ai.neo.featurestore;

import java.util.Collection;
import java.util.Comparator;

/** Finds the name that somebody probably meant, by edit distance. */
final class NearestName {
  private NearestName() {}

  /** Such as {@code unknown feature=rsi14, nearest is rsi_14 (known: …)}. */
  static String explain(String what, String given, Collection<String> known) {
    String nearest =
        known.stream().min(Comparator.comparingInt(name -> distance(given, name))).orElse("none");
    return "unknown "
        + what
        + "="
        + given
        + ", nearest is "
        + nearest
        + " (known: "
        + String.join(", ", known)
        + ")";
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
