package ai.neo.orchestrator.portfolio;

import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Position;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
  private final Books[] instruments;
  private final List<Holding> holdings = new ArrayList<>();
  private final SeenTrades seenTrades = new SeenTrades();

  private long cashE8;
  private long peakEquityE8;
  private long dayStartEquityE8;
  private long day = Long.MIN_VALUE;
  private double maxDrawdown;

  // Sums over what follows, kept up to date: each event asks for them.
  private long valueE8;
  private long costE8;
  private long realisedE8;
  private long feesE8;
  private long grossExposureE8;
  private List<StrategyPosition> positions = List.of();

  /** What is held of one instrument, by all strategies, and what it is worth at the last mark. */
  private static final class Books {
    final List<Holding> holdings = new ArrayList<>();
    long markE8;
    long quantityE8;
    long exposureE8;
  }

  private static final class Holding {
    final String strategy;
    Position position;
    long valueE8;

    Holding(String strategy, int instrument) {
      this.strategy = strategy;
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
    this.instruments = new Books[instruments];
    Arrays.setAll(this.instruments, id -> new Books());
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
    Books books = instruments[fill.instrument()];
    Holding holding = holding(fill.strategy(), fill.instrument());
    Position before = holding.position;
    Position after = before.after(fill);
    holding.position = after;
    books.quantityE8 =
        E8.add(books.quantityE8, E8.subtract(after.quantityE8(), before.quantityE8()));
    costE8 = E8.add(costE8, E8.subtract(after.costE8(), before.costE8()));
    realisedE8 = E8.add(realisedE8, E8.subtract(after.realisedE8(), before.realisedE8()));
    feesE8 = E8.add(feesE8, fill.feeE8());
    positions = null;
    if (books.markE8 == 0) {
      books.markE8 = fill.priceE8();
    }
    value(fill.instrument());
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
    if (instruments[instrument].markE8 != priceE8) {
      instruments[instrument].markE8 = priceE8;
      value(instrument);
    }
    long equity = equityE8();
    if (equity > peakEquityE8) {
      peakEquityE8 = equity;
    }
    maxDrawdown = Math.max(maxDrawdown, drawdown());
  }

  /** Values what is held of one instrument anew. */
  private void value(int instrument) {
    Books books = instruments[instrument];
    for (int i = 0; i < books.holdings.size(); i++) {
      Holding holding = books.holdings.get(i);
      long value = holding.position.valueE8(books.markE8);
      valueE8 = E8.add(valueE8, E8.subtract(value, holding.valueE8));
      holding.valueE8 = value;
    }
    long exposure =
        Math.absExact(E8.multiply(books.quantityE8, books.markE8, RoundingMode.HALF_EVEN));
    grossExposureE8 = E8.add(grossExposureE8, E8.subtract(exposure, books.exposureE8));
    books.exposureE8 = exposure;
  }

  /** The strategy's position; flat when it never traded the instrument. */
  public Position position(String strategy, int instrument) {
    Holding found = find(strategy, instrument);
    return found == null ? Position.flat(instrument) : found.position;
  }

  /** All positions that ever were, in the order of their first fill. */
  public List<StrategyPosition> positions() {
    if (positions == null) {
      List<StrategyPosition> all = new ArrayList<>(holdings.size());
      for (Holding holding : holdings) {
        all.add(new StrategyPosition(holding.strategy, holding.position));
      }
      positions = List.copyOf(all);
    }
    return positions;
  }

  /** The account's signed quantity of the instrument, over all strategies. */
  public long quantityE8(int instrument) {
    return instruments[instrument].quantityE8;
  }

  /** Sum over instruments of the absolute value of the account's position. */
  public long grossExposureE8() {
    return grossExposureE8;
  }

  /** Cash and the value of everything held. */
  public long equityE8() {
    return E8.add(cashE8, valueE8);
  }

  /** Realised profit and loss of all positions, before fees. */
  public long realisedE8() {
    return realisedE8;
  }

  /** Profit and loss of what is open, at the last marks, before fees. */
  public long unrealisedE8() {
    return E8.subtract(valueE8, costE8);
  }

  /** Fees of all fills. */
  public long feesE8() {
    return feesE8;
  }

  /** The last price the instrument was valued at; zero before the first. */
  public long markE8(int instrument) {
    return instruments[instrument].markE8;
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
      instruments[instrument].holdings.add(found);
    }
    return found;
  }

  private Holding find(String strategy, int instrument) {
    List<Holding> of = instruments[instrument].holdings;
    for (int i = 0; i < of.size(); i++) { // By index: this is asked at every bar.
      if (of.get(i).strategy.equals(strategy)) {
        return of.get(i);
      }
    }
    return null;
  }
}
