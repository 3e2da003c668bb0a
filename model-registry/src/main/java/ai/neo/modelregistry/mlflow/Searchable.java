package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.mlflow.FilterParser.Clause;
import ai.neo.modelregistry.mlflow.FilterParser.Order;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What may be searched for and sorted by, and how that is said in SQL.
 *
 * @param attributes by their names in filters; prefixed with one of {@code attributePrefixes} or
 *     with nothing
 * @param orders attributes to sort by
 * @param related what hangs on a row under free keys (metrics, params, tags), by prefix
 * @param parts attributes of what hangs on a row, by prefix
 */
record Searchable(
    Map<String, Attribute> attributes,
    Set<String> attributePrefixes,
    Map<String, String> orders,
    Map<String, Related> related,
    Map<String, Part> parts) {

  /** How a value is compared. */
  enum Kind {
    TEXT,
    NUMBER,
    /** A number that may also be written in quotes. */
    QUOTED_NUMBER
  }

  /** A column. */
  record Attribute(String column, Kind kind, Set<Operator> operators) {}

  /**
   * Values under keys in another table.
   *
   * @param source {@code table x WHERE …} with the columns {@code x.key} and {@code x.value}
   */
  record Related(String source, Kind kind, Set<Operator> operators, boolean sortable) {
    private String withKey(String key) {
      return "FROM " + source + " AND x.key = " + key;
    }
  }

  /**
   * Another table's columns.
   *
   * @param source {@code table x WHERE …}
   */
  record Part(String source, Map<String, Attribute> attributes) {}

  /** Adds {@code AND …} for every clause of a filter. */
  void filter(SqlQuery query, String filter) {
    for (Clause clause : FilterParser.filter(filter)) {
      query.add(" AND ").add(condition(query, clause));
    }
  }

  private String condition(SqlQuery query, Clause clause) {
    FilterParser.Key key = clause.key();
    if (related.containsKey(key.prefix())) {
      return ofRelated(query, clause, related.get(key.prefix()));
    }
    if (parts.containsKey(key.prefix())) {
      Part part = parts.get(key.prefix());
      Attribute attribute = attribute(part.attributes(), key.name());
      return "EXISTS (SELECT 1 FROM %s AND %s)"
          .formatted(
              part.source(),
              comparison(
                  query, attribute.column(), attribute.kind(), clause, attribute.operators()));
    }
    requireAttributePrefix(key);
    Attribute attribute = attribute(attributes, key.name());
    return comparison(query, attribute.column(), attribute.kind(), clause, attribute.operators());
  }

  private String ofRelated(SqlQuery query, Clause clause, Related there) {
    String source = there.withKey(query.bind(clause.key().name()));
    if (isPromptMark(clause)) {
      // Clients hide prompts this way, and expect models without this tag to stay.
      return "NOT EXISTS (SELECT 1 %s AND x.value = %s)"
          .formatted(source, query.bind(clause.values().getFirst().text()));
    }
    requireOperator(clause, there.operators());
    return switch (clause.operator()) {
      case IS_NULL -> "NOT EXISTS (SELECT 1 " + source + ")";
      case IS_NOT_NULL -> "EXISTS (SELECT 1 " + source + ")";
      default ->
          "EXISTS (SELECT 1 %s AND %s)"
              .formatted(
                  source, comparison(query, "x.value", there.kind(), clause, there.operators()));
    };
  }

  private static boolean isPromptMark(Clause clause) {
    return clause.operator() == Operator.NE
        && clause.key().name().equals("mlflow.prompt.is_prompt")
        && clause.key().prefix().startsWith("tag");
  }

  private static String comparison(
      SqlQuery query, String value, Kind kind, Clause clause, Set<Operator> operators) {
    requireOperator(clause, operators);
    List<String> texts = clause.values().stream().map(each -> checked(clause, each, kind)).toList();
    return switch (clause.operator()) {
      case IN -> value + " = ANY(" + query.bind(texts.toArray(String[]::new)) + "::text[])";
      case NOT_IN -> value + " <> ALL(" + query.bind(texts.toArray(String[]::new)) + "::text[])";
      case LIKE, ILIKE ->
          value
              + " "
              + clause.operator().sign()
              + " "
              + query.bind(texts.getFirst())
              + "::text ESCAPE ''";
      default -> compared(query, value, kind, clause.operator(), texts.getFirst());
    };
  }

  private static String compared(
      SqlQuery query, String value, Kind kind, Operator operator, String text) {
    if (kind == Kind.TEXT) {
      return value + " " + operator.sign() + " " + query.bind(text) + "::text";
    }
    String comparison =
        value + " " + operator.sign() + " " + query.bind(number(text)) + "::double precision";
    // PostgreSQL sorts NaN above all numbers; for a filter it is no number.
    return operator == Operator.NE
        ? comparison
        : "(" + comparison + " AND " + value + " <> 'NaN'::double precision)";
  }

  private static String checked(Clause clause, FilterParser.Value value, Kind kind) {
    boolean fits =
        switch (kind) {
          case TEXT -> value.quoted();
          case NUMBER -> !value.quoted();
          case QUOTED_NUMBER -> true;
        };
    if (!fits) {
      throw MlflowException.invalid(
          "Expected %s for '%s', got %s"
              .formatted(
                  kind == Kind.TEXT ? "a text in quotes" : "a number without quotes",
                  Names.shown(clause.key().name()),
                  Names.shown(value.text())));
    }
    return value.text();
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw MlflowException.invalid("Expected a number, got '%s'".formatted(Names.shown(text)));
    }
  }

  private static void requireOperator(Clause clause, Set<Operator> operators) {
    if (!operators.contains(clause.operator())) {
      throw MlflowException.invalid(
          "Invalid comparator '%s' for '%s'; expected one of %s"
              .formatted(
                  clause.operator().sign(),
                  Names.shown(clause.key().name()),
                  operators.stream().map(Operator::sign).collect(Collectors.joining(", "))));
    }
  }

  private void requireAttributePrefix(FilterParser.Key key) {
    if (!key.prefix().isEmpty() && !attributePrefixes.contains(key.prefix())) {
      Set<String> known = new TreeSet<>(attributePrefixes);
      known.addAll(related.keySet());
      known.addAll(parts.keySet());
      throw MlflowException.invalid(
          "Invalid entity type '%s'. Valid entity types are %s"
              .formatted(Names.shown(key.prefix()), known));
    }
  }

  private static Attribute attribute(Map<String, Attribute> attributes, String name) {
    Attribute attribute = attributes.get(name);
    if (attribute == null) {
      throw unknown(name, attributes.keySet());
    }
    return attribute;
  }

  private static MlflowException unknown(String name, Set<String> valid) {
    return MlflowException.invalid(
        "Invalid attribute key '%s' specified. Valid keys are %s"
            .formatted(Names.shown(name), new TreeSet<>(valid)));
  }

  /**
   * Adds {@code ORDER BY}.
   *
   * @param otherwise the order of rows that the wishes leave equal
   */
  void order(SqlQuery query, List<Order> wishes, String otherwise) {
    query.add(" ORDER BY ");
    Set<FilterParser.Key> seen = new HashSet<>();
    for (Order wish : wishes) {
      if (!seen.add(wish.key())) {
        throw MlflowException.invalid(
            "`order_by` contains duplicate fields: '%s'".formatted(Names.shown(wish.key().name())));
      }
      query.add(ordered(query, wish)).add(", ");
    }
    query.add(otherwise);
  }

  private String ordered(SqlQuery query, Order wish) {
    FilterParser.Key key = wish.key();
    String direction = wish.ascending() ? " ASC" : " DESC";
    Related there = related.get(key.prefix());
    if (there != null && there.sortable()) {
      String value = "(SELECT x.value " + there.withKey(query.bind(key.name())) + " LIMIT 1)";
      String rank =
          there.kind() == Kind.TEXT
              ? ""
              : "(%s IS NOT DISTINCT FROM 'NaN'::double precision), ".formatted(value);
      return "(%s IS NULL), %s%s%s".formatted(value, rank, value, direction);
    }
    requireAttributePrefix(key);
    String column = orders.get(key.name());
    if (column == null || there != null) {
      throw MlflowException.invalid(
          "Invalid order_by key '%s' specified. Valid keys are %s"
              .formatted(Names.shown(key.name()), new TreeSet<>(orders.keySet())));
    }
    return column + direction + " NULLS LAST";
  }
}
