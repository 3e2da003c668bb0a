package ai.neo.tradingtypes;

import java.math.RoundingMode;

/**
 * What is held of one instrument and what it cost: a fold over fills.
 *
 * <p>Average cost. Buying adds the notional to the cost; selling takes out the sold share of the
 * cost, rounded half to even, and realises the difference. Fees are kept apart: profit and loss
 * here are before fees.
 *
 * @param quantityE8 signed; negative is short
 * @param costE8 what the open quantity was bought (or sold) for, with the sign of the quantity
 * @param realisedE8 profit and loss of all that was closed, before fees
 * @param feesE8 fees of all fills
 */
public record Position(int instrument, long quantityE8, long costE8, long realisedE8, long feesE8) {
  /** Nothing held, nothing earned. */
  public static Position flat(int instrument) {
    return new Position(instrument, 0, 0, 0, 0);
  }

  /** The position after one more fill. */
  public Position after(Fill fill) {
    if (fill.instrument() != instrument) {
      throw new IllegalArgumentException(
          "fill of instrument=" + fill.instrument() + " on position of instrument=" + instrument);
    }
    long change = fill.side().sign() * fill.quantityE8();
    long value = fill.side().sign() * fill.notionalE8();
    long fees = E8.add(feesE8, fill.feeE8());
    if (quantityE8 == 0 || Long.signum(quantityE8) == Long.signum(change)) {
      return new Position(
          instrument, E8.add(quantityE8, change), E8.add(costE8, value), realisedE8, fees);
    }
    if (-Math.abs(change) >= -Math.abs(quantityE8)) { // Negated: the least long has no positive.
      long closedCost = E8.multiplyDivide(costE8, -change, quantityE8, RoundingMode.HALF_EVEN);
      long realised = E8.add(realisedE8, E8.subtract(-value, closedCost));
      return new Position(
          instrument, E8.add(quantityE8, change), E8.subtract(costE8, closedCost), realised, fees);
    }
    return throughZero(change, value, fees);
  }

  /** Closes all and opens the rest on the other side; the value is split by quantity. */
  private Position throughZero(long change, long value, long fees) {
    long closingValue = E8.multiplyDivide(value, -quantityE8, change, RoundingMode.HALF_EVEN);
    long realised = E8.add(realisedE8, E8.subtract(-closingValue, costE8));
    return new Position(
        instrument, E8.add(quantityE8, change), E8.subtract(value, closingValue), realised, fees);
  }

  /** Cost per unit, rounded half to even; zero when flat. */
  public long averagePriceE8() {
    return quantityE8 == 0 ? 0 : E8.divide(costE8, quantityE8, RoundingMode.HALF_EVEN);
  }

  /** What the open quantity would fetch at the mark, signed like the quantity. */
  public long valueE8(long markE8) {
    return E8.multiply(quantityE8, markE8, RoundingMode.HALF_EVEN);
  }

  /** Profit and loss of the open quantity at the mark, before fees. */
  public long unrealisedE8(long markE8) {
    return E8.subtract(valueE8(markE8), costE8);
  }
}
