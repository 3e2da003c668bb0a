package ai.neo.riskrules;

/**
 * The account as risk sees it, in units of 1e-8. Working quantities are what open orders of the
 * instrument may still trade, those with unknown outcome at their worst.
 *
 * @param positionE8 signed, of the instrument, over all strategies
 * @param grossExposureE8 sum of the absolute values of all positions
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
    boolean unknownOrderOpen) {}
