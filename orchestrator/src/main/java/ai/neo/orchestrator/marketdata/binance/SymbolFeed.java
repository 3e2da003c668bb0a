package ai.neo.orchestrator.marketdata.binance;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Trade;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * What was already said of one instrument, so that after a reconnect nothing is said twice and time
 * does not step back. Not thread-safe.
 */
final class SymbolFeed {
  private final Instrument instrument;
  private final Consumer<MarketEvent> events;
  private final BinanceBook book;
  private long timeNs;
  private long lastTradeId = Long.MIN_VALUE;
  private long lastBarOpenNs;
  private final Deque<Bar> waitingBars = new ArrayDeque<>();
  private boolean fetchingBars;
  private long triedBeforeNs = Long.MIN_VALUE;

  /**
   * @param barsAfterNs bars that opened later are wanted
   */
  SymbolFeed(Instrument instrument, long barsAfterNs, Consumer<MarketEvent> events) {
    this.instrument = instrument;
    this.lastBarOpenNs = barsAfterNs;
    this.events = events;
    this.book = new BinanceBook(instrument.id());
  }

  Instrument instrument() {
    return instrument;
  }

  /** Start of the newest bar that was said, or was known before. */
  long lastBarOpenNs() {
    return lastBarOpenNs;
  }

  /** Whether book and bars are the present ones. */
  boolean whole() {
    return book.held() && !fetchingBars;
  }

  private long at(long eventTimeNs) {
    timeNs = Math.max(timeNs, eventTimeNs);
    return timeNs;
  }

  BinanceBook.Outcome depth(BinanceMessage.DepthUpdate update) {
    return book.update(update, at(update.eventTimeNs()), events);
  }

  BinanceBook.Outcome snapshot(BinanceMessage.DepthSnapshot snapshot) {
    return book.snapshot(snapshot, timeNs, events);
  }

  /** The connection is gone: what is known of the book is no longer the book. */
  void disconnected() {
    book.lose(timeNs, events);
  }

  void trade(BinanceMessage.TradeSeen seen) {
    if (seen.tradeId() > lastTradeId) {
      lastTradeId = seen.tradeId();
      events.accept(
          new Trade(
              instrument.id(),
              at(seen.eventTimeNs()),
              seen.tradeId(),
              seen.priceE8(),
              seen.quantityE8(),
              seen.aggressor()));
    }
  }

  void quote(BinanceMessage.BestQuote quote) {
    // Quotes have no time of their own: before anything else was heard there is none to give.
    if (timeNs > 0) {
      events.accept(
          new Quote(
              instrument.id(),
              timeNs,
              quote.bidE8(),
              quote.bidQuantityE8(),
              quote.askE8(),
              quote.askQuantityE8()));
    }
  }

  /**
   * A candle of the stream.
   *
   * @return whether bars before it are missing and have to be fetched
   */
  boolean candle(BinanceMessage.Candle candle) {
    if (!candle.closed()) {
      return false;
    }
    BinanceMessage.CandleValues values = candle.values();
    waitingBars.addLast(
        new Bar(
            instrument.id(),
            candle.openTimeNs(),
            candle.closeTimeNs(),
            values.openE8(),
            values.highE8(),
            values.lowE8(),
            values.closeE8(),
            values.volumeE8()));
    return !fetchingBars && sayWaiting();
  }

  /** From now on bars of the stream wait, because older ones are being fetched. */
  void startFetchingBars() {
    fetchingBars = true;
  }

  /** Some of the bars that were missed, oldest first; there are more. */
  void fetchedSomeBars(List<Bar> missed) {
    missed.forEach(this::say);
  }

  /**
   * The bars that were missed are here, oldest first; then come those that waited.
   *
   * @return whether more have to be fetched, because one that waited leaves a gap
   */
  boolean fetchedBars(List<Bar> missed) {
    fetchingBars = false;
    missed.forEach(this::say);
    return sayWaiting();
  }

  /** A gap is fetched once; what the venue does not have then, it does not have. */
  private boolean sayWaiting() {
    while (!waitingBars.isEmpty()) {
      Bar next = waitingBars.peekFirst();
      boolean gap = next.openTimeNs() - lastBarOpenNs > next.closeTimeNs() - next.openTimeNs();
      if (gap && triedBeforeNs != next.openTimeNs()) {
        triedBeforeNs = next.openTimeNs();
        return true;
      }
      say(waitingBars.removeFirst());
    }
    return false;
  }

  /** A bar, from the stream or fetched; one that was said before is left out. */
  private void say(Bar bar) {
    if (bar.openTimeNs() > lastBarOpenNs) {
      lastBarOpenNs = bar.openTimeNs();
      at(bar.closeTimeNs());
      events.accept(bar);
    }
  }
}
