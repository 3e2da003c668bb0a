package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.mlflow.FilterTokens.Kind;
import ai.neo.modelregistry.mlflow.FilterTokens.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads MLflow's filters, {@code clause (AND clause)*}, where a clause is {@code key operator
 * value}, and its orders, {@code key [ASC|DESC]}.
 */
final class FilterParser {
  private final String text;
  private final List<Token> tokens;
  private int at;

  private FilterParser(String text) {
    this.text = text;
    this.tokens = FilterTokens.of(text);
  }

  /**
   * What is looked at.
   *
   * @param prefix such as {@code metrics}; "" for an attribute
   */
  record Key(String prefix, String name) {}

  /** A value as it was written. */
  record Value(String text, boolean quoted) {}

  /** One condition; all of a filter's must hold. */
  record Clause(Key key, Operator operator, List<Value> values) {}

  /** One key to sort by. */
  record Order(Key key, boolean ascending) {}

  static List<Clause> filter(String text) {
    FilterParser parser = new FilterParser(text);
    List<Clause> clauses = new ArrayList<>();
    while (parser.at < parser.tokens.size()) {
      if (!clauses.isEmpty()) {
        parser.word("AND");
      }
      clauses.add(parser.clause());
    }
    return clauses;
  }

  static Order order(String text) {
    FilterParser parser = new FilterParser(text);
    Key key = parser.key();
    boolean ascending = true;
    if (parser.at < parser.tokens.size()) {
      Token direction = parser.next();
      ascending = direction.isWord("ASC");
      if ((!ascending && !direction.isWord("DESC")) || parser.at < parser.tokens.size()) {
        throw MlflowException.invalid(
            "Invalid order_by clause '%s'; expected a key, then nothing, ASC or DESC"
                .formatted(Names.shown(text)));
      }
    }
    return new Order(key, ascending);
  }

  private Clause clause() {
    Key key = key();
    Operator operator = operator();
    return new Clause(
        key,
        operator,
        switch (operator) {
          case IN, NOT_IN -> list();
          case IS_NULL, IS_NOT_NULL -> List.of();
          default -> List.of(value());
        });
  }

  private Key key() {
    Token first = next();
    if (first.kind() == Kind.BACK_TICKED || first.kind() == Kind.DOUBLE_QUOTED) {
      return new Key("", first.text());
    }
    if (first.kind() != Kind.WORD) {
      throw invalid("'" + first.text() + "' is no key");
    }
    String word = first.text();
    int dot = word.indexOf('.');
    if (dot < 0) {
      return new Key("", word);
    }
    String prefix = word.substring(0, dot);
    String name = word.substring(dot + 1);
    Optional<Token> quoted = name.isEmpty() ? peek() : Optional.empty();
    if (quoted.isPresent()
        && quoted.get().glued()
        && (quoted.get().kind() == Kind.BACK_TICKED || quoted.get().kind() == Kind.DOUBLE_QUOTED)) {
      name = next().text();
    }
    if (name.isEmpty()) {
      throw invalid("no key stands behind '" + word + "'");
    }
    return new Key(prefix, name);
  }

  private Operator operator() {
    Token token = next();
    if (token.isWord("IS")) {
      boolean not = peek().filter(next -> next.isWord("NOT")).isPresent();
      if (not) {
        next();
      }
      word("NULL");
      return not ? Operator.IS_NOT_NULL : Operator.IS_NULL;
    }
    if (token.isWord("NOT")) {
      word("IN");
      return Operator.NOT_IN;
    }
    for (Operator operator : Operator.values()) {
      if (token.isSign(operator.sign()) || token.isWord(operator.sign())) {
        return operator;
      }
    }
    throw invalid("'" + token.text() + "' is no operator");
  }

  private List<Value> list() {
    if (!next().isSign("(")) {
      throw invalid("a list in parentheses was expected");
    }
    List<Value> values = new ArrayList<>();
    Token after;
    do {
      Value value = value();
      if (value.text().isEmpty()) {
        throw invalid("a list holds an empty text");
      }
      values.add(value);
      after = next();
    } while (after.isSign(","));
    if (!after.isSign(")")) {
      throw invalid("a list does not end with ')'");
    }
    return values;
  }

  private Value value() {
    Token token = next();
    return switch (token.kind()) {
      case WORD -> new Value(token.text(), false);
      case SINGLE_QUOTED, DOUBLE_QUOTED -> new Value(token.text(), true);
      default -> throw invalid("'" + token.text() + "' is no value");
    };
  }

  private void word(String expected) {
    Token token = next();
    if (!token.isWord(expected)) {
      throw invalid(expected + " was expected, not '" + token.text() + "'");
    }
  }

  private Optional<Token> peek() {
    return at < tokens.size() ? Optional.of(tokens.get(at)) : Optional.empty();
  }

  private Token next() {
    if (at == tokens.size()) {
      throw invalid("it ends too early");
    }
    return tokens.get(at++);
  }

  private MlflowException invalid(String why) {
    return MlflowException.invalid(
        "Invalid clause(s) in filter string: '%s'; %s".formatted(Names.shown(text), why));
  }
}
