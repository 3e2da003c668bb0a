package ai.neo.orchestrator.marketdata.binance;

import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Side;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One order book, held in step with Binance by its procedure: updates are kept until a REST
 * snapshot is there, those that the snapshot already holds are dropped, the next one has to bridge
 * the snapshot's id, and from then on each update continues the one before.
 *
 * <p>A break is shown as what it is: all levels are removed, so that nobody trades on a book that
 * is no more, and a new snapshot is needed. A snapshot replaces the book: levels that it does not
 * hold are removed.
 *
 * <p>Not thread-safe.
 */
public final class BinanceBook {
  /** At ten updates a second this is a quarter of an hour: by then no snapshot will come. */
  private static final int MOST_WAITING = 10_000;

  private final int instrument;
  private final Deque<BinanceMessage.DepthUpdate> waiting = new ArrayDeque<>();
  private final Map<Long, Long> bids = new HashMap<>();
  private final Map<Long, Long> asks = new HashMap<>();
  private boolean inStep;
  private long lastId;

  public BinanceBook(int instrument) {
    this.instrument = instrument;
  }

  /** What became of a message. */
  public enum Outcome {
    /** The book changed. */
    APPLIED,
    /** The update waits for a snapshot. */
    WAITING,
    /** The book had it already. */
    OLD,
    /** An update is missing: the book was emptied and waits for a snapshot. */
    GAP,
    /** The snapshot is older than the first update that waits: take another one. */
    SNAPSHOT_TOO_OLD
  }

  /** Takes an update. */
  public Outcome update(
      BinanceMessage.DepthUpdate update, long timeNs, Consumer<MarketEvent> changes) {
    if (!inStep) {
      if (waiting.size() == MOST_WAITING) {
        waiting.removeFirst();
      }
      waiting.addLast(update);
      return Outcome.WAITING;
    }
    if (update.lastId() <= lastId) {
      return Outcome.OLD;
    }
    // Right after the snapshot the update may begin before it; later each begins where the last
    // one ended, and one that begins earlier would only repeat levels.
    if (update.firstId() > lastId + 1) {
      empty(timeNs, changes);
      waiting.addFirst(update);
      return Outcome.GAP;
    }
    apply(update, timeNs, changes);
    return Outcome.APPLIED;
  }

  /** Takes a snapshot, and the updates that waited for it. */
  public Outcome snapshot(
      BinanceMessage.DepthSnapshot snapshot, long timeNs, Consumer<MarketEvent> changes) {
    while (!waiting.isEmpty() && waiting.peekFirst().lastId() <= snapshot.lastUpdateId()) {
      waiting.removeFirst();
    }
    if (!waiting.isEmpty() && waiting.peekFirst().firstId() > snapshot.lastUpdateId() + 1) {
      return Outcome.SNAPSHOT_TOO_OLD;
    }
    replace(snapshot.levels(), timeNs, changes);
    lastId = snapshot.lastUpdateId();
    inStep = true;
    while (!waiting.isEmpty()) {
      Outcome outcome = update(waiting.removeFirst(), timeNs, changes);
      if (outcome == Outcome.GAP) {
        return outcome;
      }
    }
    return Outcome.APPLIED;
  }

  /** Forgets the book: the connection was lost. */
  public void lose(long timeNs, Consumer<MarketEvent> changes) {
    waiting.clear();
    empty(timeNs, changes);
  }

  private void empty(long timeNs, Consumer<MarketEvent> changes) {
    inStep = false;
    replace(new DepthLevels(), timeNs, changes);
  }

  /** Whether there is a book: a snapshot, and no gap since. */
  public boolean held() {
    return inStep;
  }

  private void apply(
      BinanceMessage.DepthUpdate update, long timeNs, Consumer<MarketEvent> changes) {
    lastId = update.lastId();
    DepthLevels levels = update.levels();
    Changes all = new Changes(timeNs, levels.bids() + levels.asks(), changes);
    put(levels, all);
  }

  private void put(DepthLevels levels, Changes all) {
    for (int level = 0; level < levels.bids(); level++) {
      put(bids, levels.bidPriceE8(level), levels.bidQuantityE8(level));
      all.say(Side.BUY, levels.bidPriceE8(level), levels.bidQuantityE8(level));
    }
    for (int level = 0; level < levels.asks(); level++) {
      put(asks, levels.askPriceE8(level), levels.askQuantityE8(level));
      all.say(Side.SELL, levels.askPriceE8(level), levels.askQuantityE8(level));
    }
  }

  private static void put(Map<Long, Long> side, long price, long quantity) {
    if (quantity == 0) {
      side.remove(price);
    } else {
      side.put(price, quantity);
    }
  }

  private void replace(DepthLevels levels, long timeNs, Consumer<MarketEvent> changes) {
    Map<Long, Long> goneBids = new TreeMap<>(bids);
    Map<Long, Long> goneAsks = new TreeMap<>(asks);
    for (int level = 0; level < levels.bids(); level++) {
      goneBids.remove(levels.bidPriceE8(level));
    }
    for (int level = 0; level < levels.asks(); level++) {
      goneAsks.remove(levels.askPriceE8(level));
    }
    int count = goneBids.size() + goneAsks.size() + levels.bids() + levels.asks();
    Changes all = new Changes(timeNs, count, changes);
    goneBids.keySet().forEach(price -> all.say(Side.BUY, price, 0));
    goneAsks.keySet().forEach(price -> all.say(Side.SELL, price, 0));
    bids.clear();
    asks.clear();
    put(levels, all);
  }

  /** Marks the last change of one message. */
  private final class Changes {
    private final long timeNs;
    private final Consumer<MarketEvent> to;
    private int left;

    Changes(long timeNs, int count, Consumer<MarketEvent> to) {
      this.timeNs = timeNs;
      this.left = count;
      this.to = to;
    }

    void say(Side side, long priceE8, long quantityE8) {
      left--;
      to.accept(new BookChange(instrument, timeNs, side, priceE8, quantityE8, left == 0));
    }
  }
}
