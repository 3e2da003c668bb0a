package ai.neo.orchestrator.marketdata.binance;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Trade;
import java.util.ArrayList;
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
  private long lastBarOpenNs = Long.MIN_VALUE;
  private final List<Bar> waitingBars = new ArrayList<>();
  private boolean fetchingBars;

  SymbolFeed(Instrument instrument, Consumer<MarketEvent> events) {
    this.instrument = instrument;
    this.events = events;
    this.book = new BinanceBook(instrument.id());
  }

  Instrument instrument() {
    return instrument;
  }

  /** Start of the newest bar that was said; {@link Long#MIN_VALUE} before the first. */
  long lastBarOpenNs() {
    return lastBarOpenNs;
  }

  boolean bookInStep() {
    return book.inStep();
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

  void candle(BinanceMessage.Candle candle) {
    if (candle.closed()) {
      BinanceMessage.CandleValues values = candle.values();
      bar(
          new Bar(
              instrument.id(),
              candle.openTimeNs(),
              candle.closeTimeNs(),
              values.openE8(),
              values.highE8(),
              values.lowE8(),
              values.closeE8(),
              values.volumeE8()));
    }
  }

  /** From now on bars of the stream wait, because older ones are being fetched. */
  void startFetchingBars() {
    fetchingBars = true;
  }

  /** The bars that were missed are here, oldest first; then come those that waited. */
  void fetchedBars(List<Bar> missed) {
    fetchingBars = false;
    missed.forEach(this::bar);
    List<Bar> late = List.copyOf(waitingBars);
    waitingBars.clear();
    late.forEach(this::bar);
  }

  /** A bar, from the stream or fetched after a loss; one that was said before is left out. */
  private void bar(Bar bar) {
    if (fetchingBars) {
      waitingBars.add(bar);
    } else if (bar.openTimeNs() > lastBarOpenNs) {
      lastBarOpenNs = bar.openTimeNs();
      at(bar.closeTimeNs());
      events.accept(bar);
    }
  }
}
