package ai.neo.modelregistry.mlflow;

import java.util.EnumSet;
import java.util.Set;

/** What a filter may ask. */
enum Operator {
  EQ("="),
  NE("!="),
  LT("<"),
  LE("<="),
  GT(">"),
  GE(">="),
  LIKE("LIKE"),
  ILIKE("ILIKE"),
  IN("IN"),
  NOT_IN("NOT IN"),
  IS_NULL("IS NULL"),
  IS_NOT_NULL("IS NOT NULL");

  static final Set<Operator> NUMBER = EnumSet.of(EQ, NE, LT, LE, GT, GE);
  static final Set<Operator> TEXT = EnumSet.of(EQ, NE, LIKE, ILIKE);
  static final Set<Operator> TEXT_OR_LIST = EnumSet.of(EQ, NE, LIKE, ILIKE, IN, NOT_IN);
  static final Set<Operator> TEXT_OR_NULL = EnumSet.of(EQ, NE, LIKE, ILIKE, IS_NULL, IS_NOT_NULL);
  static final Set<Operator> EQUALITY_OR_LIST = EnumSet.of(EQ, NE, IN, NOT_IN);

  private final String sign;

  Operator(String sign) {
    this.sign = sign;
  }

  /** As it is written in filters, and in SQL. */
  String sign() {
    return sign;
  }
}
