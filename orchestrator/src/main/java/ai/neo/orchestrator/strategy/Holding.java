package ai.neo.orchestrator.strategy;

/**
 * What the strategy holds of the instrument now.
 *
 * @param quantityE8 signed
 * @param averagePriceE8 zero when flat
 * @param barsHeld closed bars since the position was opened; zero when flat
 * @param orderWorking whether an order of the strategy on the instrument is open
 */
public record Holding(long quantityE8, long averagePriceE8, int barsHeld, boolean orderWorking) {
  /** Whether anything is held. */
  public boolean open() {
    return quantityE8 != 0;
  }
}
