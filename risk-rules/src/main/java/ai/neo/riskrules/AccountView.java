package ai.neo.riskrules;

import ai.neo.tradingtypes.Side;

/**
 * The account as risk sees it, in units of 1e-8. Working quantities are what open orders of the
 * instrument may still trade, those with unknown outcome at their worst.
 *
 * @param positionE8 signed, of the instrument, over all strategies
 * @param grossExposureE8 sum over all instruments of {@link #worstQuantityE8} at the market's
 *     price: what all positions are worth should the open orders fill as badly as they can
 * @param unknownOrderOpen whether an order on the instrument has an unknown outcome
 */
public record AccountView(
    long cashE8,
    long equityE8,
    long peakEquityE8,
    long dayStartEquityE8,
    long positionE8,
    long workingBuyE8,
    long workingSellE8,
    long grossExposureE8,
    boolean unknownOrderOpen) {

  /**
   * The largest absolute position that open orders can lead to: all buys fill and no sale does, or
   * the other way round.
   *
   * @throws ArithmeticException if it does not fit
   */
  public static long worstQuantityE8(long positionE8, long workingBuyE8, long workingSellE8) {
    return Math.max(
        Math.addExact(positionE8, workingBuyE8), Math.subtractExact(workingSellE8, positionE8));
  }

  /** The same for this instrument, once this much more works on the side. */
  long worstQuantityE8(Side side, long moreE8) {
    return side == Side.BUY
        ? worstQuantityE8(positionE8, Math.addExact(workingBuyE8, moreE8), workingSellE8)
        : worstQuantityE8(positionE8, workingBuyE8, Math.addExact(workingSellE8, moreE8));
  }

  /** The position on the order's side if all that works there filled; zero if on the other side. */
  long worstOnSideE8(Side side, long moreE8) {
    long working = side == Side.BUY ? workingBuyE8 : workingSellE8;
    long signed = Math.multiplyExact(side.sign(), positionE8);
    return Math.max(0, Math.addExact(signed, Math.addExact(working, moreE8)));
  }

  /** Whether this much more on the side makes the position smaller, whatever else fills there. */
  boolean reducedBy(Side side, long quantityE8) {
    long working = side == Side.BUY ? workingBuyE8 : workingSellE8;
    long held = side == Side.BUY ? -positionE8 : positionE8;
    return held > 0 && working >= 0 && quantityE8 <= held - working;
  }
}
