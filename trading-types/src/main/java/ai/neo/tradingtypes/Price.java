package ai.neo.tradingtypes;

/** A price in quote currency per unit of the base. Units of 1e-8. */
public record Price(long e8) implements Comparable<Price> {
  public Price {
    if (e8 <= 0) {
      throw new IllegalArgumentException("price=" + E8.format(e8) + ", expected a positive price");
    }
  }

  /** Reads a decimal number with at most eight decimals. */
  public static Price of(String text) {
    return new Price(E8.parse(text));
  }

  @Override
  public int compareTo(Price other) {
    return Long.compare(e8, other.e8);
  }

  @Override
  public String toString() {
    return E8.format(e8);
  }
}
