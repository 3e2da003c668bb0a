package ai.neo.tradingtypes;

/** An amount of the base currency or of shares. Units of 1e-8. */
public record Quantity(long e8) implements Comparable<Quantity> {
  public Quantity {
    if (e8 < 0) {
      throw new IllegalArgumentException(
          "quantity=" + E8.format(e8) + ", expected zero or a positive quantity");
    }
  }

  /** Reads a decimal number with at most eight decimals. */
  public static Quantity of(String text) {
    return new Quantity(E8.parse(text));
  }

  @Override
  public int compareTo(Quantity other) {
    return Long.compare(e8, other.e8);
  }

  @Override
  public String toString() {
    return E8.format(e8);
  }
}
