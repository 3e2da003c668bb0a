package ai.neo.modelregistry.mlflow;

import java.util.ArrayList;
import java.util.List;

/** Cuts filters and orders into words, quoted texts and signs. */
final class FilterTokens {
  private static final String SIGNS = "<>=!";
  private static final String ENDS_WORD = SIGNS + "(),;'\"`";

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private FilterTokens(String text) {
    this.text = text;
  }

  /** What a token is. */
  enum Kind {
    /** A word or a number, without quotes. */
    WORD,
    /** In single quotes: a value. */
    SINGLE_QUOTED,
    /** In double quotes: a value or a part of a key. */
    DOUBLE_QUOTED,
    /** In back-ticks: a part of a key. */
    BACK_TICKED,
    SIGN
  }

  /**
   * One token.
   *
   * @param glued whether nothing stands between it and the token before it
   */
  record Token(Kind kind, String text, boolean glued) {
    boolean isWord(String word) {
      return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    boolean isSign(String sign) {
      return kind == Kind.SIGN && text.equals(sign);
    }
  }

  static List<Token> of(String text) {
    FilterTokens tokens = new FilterTokens(text);
    tokens.cut();
    return tokens.tokens;
  }

  private void cut() {
    boolean glued = false;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
        glued = false;
        continue;
      }
      switch (c) {
        case '\'' -> quoted(Kind.SINGLE_QUOTED, glued);
        case '"' -> quoted(Kind.DOUBLE_QUOTED, glued);
        case '`' -> quoted(Kind.BACK_TICKED, glued);
        case '(', ')', ',', ';' -> add(Kind.SIGN, at + 1, glued);
        default -> {
          boolean isSign = SIGNS.indexOf(c) >= 0;
          int end = at + 1;
          while (end < text.length() && continues(text.charAt(end), isSign)) {
            end++;
          }
          add(isSign ? Kind.SIGN : Kind.WORD, end, glued);
        }
      }
      glued = true;
    }
  }

  private static boolean continues(char c, boolean isSign) {
    return isSign ? SIGNS.indexOf(c) >= 0 : !Character.isWhitespace(c) && ENDS_WORD.indexOf(c) < 0;
  }

  private void add(Kind kind, int end, boolean glued) {
    tokens.add(new Token(kind, text.substring(at, end), glued));
    at = end;
  }

  private void quoted(Kind kind, boolean glued) {
    int end = text.indexOf(text.charAt(at), at + 1);
    if (end < 0) {
      throw MlflowException.invalid(
          "Invalid clause(s) in filter string: '%s'; the quote at character %d does not end"
              .formatted(Names.shown(text), at + 1));
    }
    tokens.add(new Token(kind, text.substring(at + 1, end), glued));
    at = end + 1;
  }
}
