package ai.neo.tradingtypes;

/** An amount of the quote currency; negative is owed or lost. Units of 1e-8. */
public record Money(long e8) implements Comparable<Money> {
  /** Reads a decimal number with at most eight decimals. */
  public static Money of(String text) {
    return new Money(E8.parse(text));
  }

  @Override
  public int compareTo(Money other) {
    return Long.compare(e8, other.e8);
  }

  @Override
  public String toString() {
    return E8.format(e8);
  }
}
