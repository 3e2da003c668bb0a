package ai.neo.orchestrator.execution.simulated;

import ai.neo.featurestore.book.OrderBook;
import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.execution.OrderVenue;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Side;
import ai.neo.tradingtypes.Trade;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Fills orders from the market data that passes by, never from a price that was known before the
 * order could have arrived.
 *
 * <p>An order reaches the venue one latency after it was sent, and each report reaches us one
 * latency after it happened. Where an order book is recorded, an order takes the levels that rest
 * there. Where only bars are, it trades at the open of the first bar whose first tenth it reaches,
 * half a spread worse, with at most the set share of that bar's volume; the rest waits for the
 * next. A bar without volume fills nothing.
 *
 * <p>The caller shows each market event to {@link #before} ahead of the loop. Reports go to the
 * consumer in the order they are made; their times may lie ahead. Not thread-safe.
 */
public final class SimulatedOrderVenue implements OrderVenue {
  /** A book that was not touched for so long is no longer believed. */
  private static final long BOOK_FRESH_NS = 10_000_000_000L;

  private static final long BPS_E8 = 10_000L * 100_000_000L;

  private final List<Instrument> instruments;
  private final SimulatedVenueSettings settings;
  private final Consumer<ExecutionReport> reports;
  private final SplittableRandom random;
  private final OrderBook[] books;
  private final long[] bookTimeNs;
  private final long participationE8;
  private final long halfSpreadE8;
  private final long takerFeeE8;
  private final Map<String, Resting> working = new HashMap<>();
  private final TreeMap<Long, Resting> cancelling = new TreeMap<>();
  private final List<RestingOrders> ordersOf = new ArrayList<>();
  private long submitted;
  private long trades;

  public SimulatedOrderVenue(
      List<Instrument> instruments,
      SimulatedVenueSettings settings,
      Consumer<ExecutionReport> reports) {
    this.instruments = List.copyOf(instruments);
    this.settings = settings;
    this.reports = reports;
    this.random = new SplittableRandom(settings.seed());
    this.books = new OrderBook[instruments.size()];
    this.bookTimeNs = new long[instruments.size()];
    this.participationE8 = E8.fromDouble(settings.participation(), RoundingMode.DOWN);
    this.halfSpreadE8 = E8.fromDouble(settings.halfSpreadBps(), RoundingMode.HALF_EVEN);
    this.takerFeeE8 = E8.fromDouble(settings.takerFeeBps(), RoundingMode.HALF_EVEN);
    instruments.forEach(instrument -> ordersOf.add(new RestingOrders()));
  }

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public void submit(Order order, long nowNs) {
    long arrivalNs = nowNs + latency();
    Instrument instrument = instruments.get(order.instrument());
    if (order.quantityE8() % instrument.lotSizeE8() != 0) {
      reports.accept(
          new ExecutionReport.Rejected(
              order.clientOrderId(),
              arrivalNs + latency(),
              "quantity="
                  + E8.format(order.quantityE8())
                  + " is no multiple of lot_size="
                  + E8.format(instrument.lotSizeE8())));
      return;
    }
    Resting resting = new Resting(order, submitted++, arrivalNs);
    if (working.putIfAbsent(order.clientOrderId(), resting) != null) {
      throw new IllegalStateException(
          "client_order_id=" + order.clientOrderId() + " is open already");
    }
    ordersOf.get(order.instrument()).add(resting);
    reports.accept(new ExecutionReport.Acknowledged(order.clientOrderId(), arrivalNs + latency()));
  }

  @Override
  public void cancel(String clientOrderId, long nowNs) {
    Resting resting = working.get(clientOrderId);
    if (resting != null) {
      resting.cancelAtNs = Math.min(resting.cancelAtNs, nowNs + latency());
      cancelling.put(resting.sequence, resting);
    }
  }

  /** Trades what the event lets trade. To be called before the loop hears of the event. */
  public void before(MarketEvent event) {
    switch (event) {
      case Bar bar -> fillFromBar(bar);
      case BookChange change -> applyToBook(change);
      case Quote quote -> bookIsAlive(quote);
      case Trade trade -> bookIsAlive(trade);
    }
    cancelDue(event.timeNs());
  }

  /** How many orders are open at the venue. */
  public int openOrders() {
    return working.size();
  }

  private long latency() {
    long jitter = settings.latencyJitterNs();
    return settings.latencyNs() + (jitter == 0 ? 0 : random.nextLong(jitter + 1));
  }

  private void cancelDue(long nowNs) {
    if (cancelling.isEmpty()) {
      return;
    }
    for (Resting resting : new ArrayList<>(cancelling.values())) {
      if (resting.cancelAtNs <= nowNs) {
        remove(resting);
        reports.accept(
            new ExecutionReport.Cancelled(
                resting.order.clientOrderId(), resting.cancelAtNs + latency(), "as asked"));
      }
    }
  }

  private void remove(Resting resting) {
    working.remove(resting.order.clientOrderId());
    cancelling.remove(resting.sequence);
    ordersOf.get(resting.order.instrument()).remove(resting);
  }

  private void bookIsAlive(MarketEvent event) {
    if (books[event.instrument()] != null) {
      bookTimeNs[event.instrument()] = event.timeNs();
      fillFromBook(event.instrument(), event.timeNs());
    }
  }

  private void applyToBook(BookChange change) {
    int instrument = change.instrument();
    if (books[instrument] == null) {
      books[instrument] = new OrderBook();
    }
    if (change.timeNs() - bookTimeNs[instrument] > BOOK_FRESH_NS) {
      books[instrument].clear();
    }
    books[instrument].apply(change);
    bookTimeNs[instrument] = change.timeNs();
    if (change.last()) {
      fillFromBook(instrument, change.timeNs());
    }
  }

  private void fillFromBook(int instrument, long nowNs) {
    RestingOrders orders = ordersOf.get(instrument);
    if (orders.isEmpty()) {
      return;
    }
    OrderBook book = books[instrument];
    long lowestBuyE8 = book.depth(Side.SELL) == 0 ? Long.MAX_VALUE : book.bestAskE8();
    long highestSellE8 = book.depth(Side.BUY) == 0 ? Long.MIN_VALUE : book.bestBidE8();
    for (Resting resting : orders.thatMayTrade(lowestBuyE8, highestSellE8)) {
      if (resting.arrivalNs <= nowNs) {
        takeLevels(resting, book, nowNs);
      }
    }
  }

  private void takeLevels(Resting resting, OrderBook book, long nowNs) {
    Side from = resting.order.side().opposite();
    int levels = book.depth(from);
    for (int level = 0; level < levels && resting.leftE8 > 0; level++) {
      long price = book.priceE8(from, level);
      if (!acceptable(resting.order, price)) {
        return;
      }
      long lots =
          instruments.get(resting.order.instrument()).wholeLots(book.quantityE8(from, level));
      trade(resting, price, Math.min(resting.leftE8, lots), nowNs);
    }
  }

  private void fillFromBar(Bar bar) {
    RestingOrders orders = ordersOf.get(bar.instrument());
    if (orders.isEmpty() || bar.volumeE8() == 0 || bookFresh(bar)) {
      return;
    }
    long reachNs = bar.openTimeNs() + (bar.closeTimeNs() - bar.openTimeNs()) / 10;
    long lowestBuyE8 = spreadPriced(bar.instrument(), Side.BUY, bar.lowE8());
    long highestSellE8 = spreadPriced(bar.instrument(), Side.SELL, bar.highE8());
    for (Resting resting : orders.thatMayTrade(lowestBuyE8, highestSellE8)) {
      if (resting.arrivalNs <= reachNs) {
        fillFromBar(resting, bar);
      }
    }
  }

  private void fillFromBar(Resting resting, Bar bar) {
    long price = spreadPriced(bar.instrument(), resting.order.side(), bar.openE8());
    if (!acceptable(resting.order, price)) {
      price = resting.order.limitPriceE8();
    }
    long share = E8.multiply(bar.volumeE8(), participationE8, RoundingMode.DOWN);
    long quantity = instruments.get(bar.instrument()).wholeLots(Math.min(resting.leftE8, share));
    trade(resting, price, quantity, Math.max(bar.openTimeNs(), resting.arrivalNs));
  }

  private boolean bookFresh(Bar bar) {
    return books[bar.instrument()] != null
        && bar.timeNs() - bookTimeNs[bar.instrument()] <= BOOK_FRESH_NS;
  }

  private static boolean acceptable(Order order, long priceE8) {
    if (RestingOrders.takesAnyPrice(order)) {
      return true;
    }
    return order.side() == Side.BUY
        ? priceE8 <= order.limitPriceE8()
        : priceE8 >= order.limitPriceE8();
  }

  /** Half a spread worse than mid, on the next whole tick away from it. */
  private long spreadPriced(int instrument, Side side, long midE8) {
    long spread = E8.multiplyDivide(midE8, halfSpreadE8, BPS_E8, RoundingMode.UP);
    long tick = instruments.get(instrument).tickSizeE8();
    if (side == Side.BUY) {
      return E8.roundToStep(midE8 + spread + tick - 1, tick);
    }
    return Math.max(tick, E8.roundToStep(midE8 - spread, tick));
  }

  private void trade(Resting resting, long priceE8, long quantityE8, long timeNs) {
    if (quantityE8 <= 0 || timeNs >= resting.cancelAtNs) {
      return;
    }
    Order order = resting.order;
    resting.leftE8 -= quantityE8;
    trades++;
    long notional = E8.multiply(priceE8, quantityE8, RoundingMode.HALF_EVEN);
    long fee = E8.multiplyDivide(notional, takerFeeE8, BPS_E8, RoundingMode.UP);
    Fill fill =
        new Fill(
            "sim-" + trades,
            order.clientOrderId(),
            order.instrument(),
            order.strategy(),
            order.side(),
            priceE8,
            quantityE8,
            fee,
            timeNs);
    boolean complete = resting.leftE8 == 0;
    if (complete) {
      remove(resting);
    }
    reports.accept(new ExecutionReport.Filled(fill, complete, timeNs + latency()));
  }
}
