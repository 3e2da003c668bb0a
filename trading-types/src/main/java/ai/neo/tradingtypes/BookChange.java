package ai.neo.tradingtypes;

import java.util.Objects;

/**
 * One price level of an order book, as it is from now on.
 *
 * @param quantityE8 what rests at the price now; zero removes the level
 * @param last whether this is the last change of one message: the book is consistent after it
 */
public record BookChange(
    int instrument, long timeNs, Side side, long priceE8, long quantityE8, boolean last)
    implements MarketEvent {
  public BookChange {
    Objects.requireNonNull(side, "side");
    if (priceE8 <= 0 || quantityE8 < 0) {
      throw new IllegalArgumentException(
          "book change price="
              + E8.format(priceE8)
              + " quantity="
              + E8.format(quantityE8)
              + ", expected a positive price and a quantity of zero or more");
    }
  }
}
