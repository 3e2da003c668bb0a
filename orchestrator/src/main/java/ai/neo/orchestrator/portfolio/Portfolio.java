package ai.neo.orchestrator.portfolio;

import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Cash, positions and equity of one account: a fold over fills, valued at the last mark.
 *
 * <p>Each strategy has its own position in an instrument; the account's is their sum. All money is
 * in units of 1e-8 of the quote currency, which all instruments of an account share. Not
 * thread-safe: the loop owns it.
 */
public final class Portfolio {
  private static final long NS_PER_DAY = 86_400_000_000_000L;

  private final long initialCashE8;
  private final long[] marksE8;
  private final List<Holding> holdings = new ArrayList<>();
  private final Set<String> seenTrades = new HashSet<>();

  private long cashE8;
  private long peakEquityE8;
  private long dayStartEquityE8;
  private long day = Long.MIN_VALUE;
  private double maxDrawdown;

  private static final class Holding {
    final String strategy;
    final int instrument;
    Position position;

    Holding(String strategy, int instrument) {
      this.strategy = strategy;
      this.instrument = instrument;
      this.position = Position.flat(instrument);
    }
  }

  /** What one strategy holds of one instrument. */
  public record StrategyPosition(String strategy, Position position) {}

  /**
   * @param instruments how many there are; ids run from 0
   */
  public Portfolio(long initialCashE8, int instruments) {
    if (initialCashE8 <= 0) {
      throw new IllegalArgumentException(
          "initial_cash=" + E8.format(initialCashE8) + ", expected more than 0");
    }
    this.initialCashE8 = initialCashE8;
    this.marksE8 = new long[instruments];
    this.cashE8 = initialCashE8;
    this.peakEquityE8 = initialCashE8;
    this.dayStartEquityE8 = initialCashE8;
  }

  /**
   * Takes a fill in.
   *
   * @return false if the trade was taken in before; nothing changes then
   */
  public boolean apply(Fill fill) {
    if (!seenTrades.add(fill.tradeId())) {
      return false;
    }
    if (marksE8[fill.instrument()] == 0) {
      marksE8[fill.instrument()] = fill.priceE8();
    }
    Holding holding = holding(fill.strategy(), fill.instrument());
    holding.position = holding.position.after(fill);
    long flow = -fill.side().sign() * fill.notionalE8();
    cashE8 = E8.subtract(E8.add(cashE8, flow), fill.feeE8());
    return true;
  }

  /** Values the instrument at a new price and keeps peak, drawdown and the day's start. */
  public void mark(int instrument, long priceE8, long nowNs) {
    long newDay = Math.floorDiv(nowNs, NS_PER_DAY);
    if (newDay != day) {
      dayStartEquityE8 = equityE8();
      day = newDay;
    }
    marksE8[instrument] = priceE8;
    long equity = equityE8();
    if (equity > peakEquityE8) {
      peakEquityE8 = equity;
    }
    maxDrawdown = Math.max(maxDrawdown, drawdown());
  }

  /** The strategy's position; flat when it never traded the instrument. */
  public Position position(String strategy, int instrument) {
    Holding found = find(strategy, instrument);
    return found == null ? Position.flat(instrument) : found.position;
  }

  /** All positions that ever were, in the order of their first fill. */
  public List<StrategyPosition> positions() {
    List<StrategyPosition> all = new ArrayList<>(holdings.size());
    for (Holding holding : holdings) {
      all.add(new StrategyPosition(holding.strategy, holding.position));
    }
    return List.copyOf(all);
  }

  /** The account's signed quantity of the instrument, over all strategies. */
  public long quantityE8(int instrument) {
    long sum = 0;
    for (Holding holding : holdings) {
      if (holding.instrument == instrument) {
        sum = E8.add(sum, holding.position.quantityE8());
      }
    }
    return sum;
  }

  /** Sum over instruments of the absolute value of the account's position. */
  public long grossExposureE8() {
    long sum = 0;
    for (int instrument = 0; instrument < marksE8.length; instrument++) {
      long value =
          new Position(instrument, quantityE8(instrument), 0, 0, 0).valueE8(marksE8[instrument]);
      sum = E8.add(sum, Math.abs(value));
    }
    return sum;
  }

  /** Cash and the value of everything held. */
  public long equityE8() {
    long sum = cashE8;
    for (Holding holding : holdings) {
      sum = E8.add(sum, holding.position.valueE8(marksE8[holding.instrument]));
    }
    return sum;
  }

  /** Realised profit and loss of all positions, before fees. */
  public long realisedE8() {
    long sum = 0;
    for (Holding holding : holdings) {
      sum = E8.add(sum, holding.position.realisedE8());
    }
    return sum;
  }

  /** Profit and loss of what is open, at the last marks, before fees. */
  public long unrealisedE8() {
    long sum = 0;
    for (Holding holding : holdings) {
      sum = E8.add(sum, holding.position.unrealisedE8(marksE8[holding.instrument]));
    }
    return sum;
  }

  /** Fees of all fills. */
  public long feesE8() {
    long sum = 0;
    for (Holding holding : holdings) {
      sum = E8.add(sum, holding.position.feesE8());
    }
    return sum;
  }

  /** The last price the instrument was valued at; zero before the first. */
  public long markE8(int instrument) {
    return marksE8[instrument];
  }

  public long initialCashE8() {
    return initialCashE8;
  }

  public long cashE8() {
    return cashE8;
  }

  public long peakEquityE8() {
    return peakEquityE8;
  }

  /** Equity at the first mark of the present UTC day. */
  public long dayStartEquityE8() {
    return dayStartEquityE8;
  }

  /** How far equity is below its peak, as a fraction of the peak. */
  public double drawdown() {
    return peakEquityE8 <= 0 ? 0 : Math.max(0, 1.0 - (double) equityE8() / peakEquityE8);
  }

  /** The largest drawdown seen at any mark. */
  public double maxDrawdown() {
    return maxDrawdown;
  }

  /** Makes the present equity the new peak: after an operator has resumed from a drawdown. */
  public void restartDrawdown() {
    peakEquityE8 = equityE8();
    dayStartEquityE8 = peakEquityE8;
  }

  private Holding holding(String strategy, int instrument) {
    Holding found = find(strategy, instrument);
    if (found == null) {
      found = new Holding(strategy, instrument);
      holdings.add(found);
    }
    return found;
  }

  private Holding find(String strategy, int instrument) {
    for (Holding holding : holdings) {
      if (holding.instrument == instrument && holding.strategy.equals(strategy)) {
        return holding;
      }
    }
    return null;
  }
}
