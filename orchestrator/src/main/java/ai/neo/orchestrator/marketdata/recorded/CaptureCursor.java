package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.BadMarketData;
import ai.neo.orchestrator.marketdata.binance.BinanceBook;
import ai.neo.orchestrator.marketdata.binance.BinanceMessage;
import ai.neo.orchestrator.marketdata.binance.BinanceMessages;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Trade;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Events of a recorded Binance stream: {@code <local ns> <JSON>} in each line.
 *
 * <p>The time of an event is the venue's event time; messages without one (quotes, snapshots) have
 * the last one that was seen, so that time never steps back and nothing is known too early. Where
 * reading begins later than the file, the book is followed from the file's beginning and said as a
 * whole at the first event. Where an update is missing, the book is emptied until the next
 * snapshot.
 */
final class CaptureCursor implements EventCursor {
  private final Path file;
  private final String symbol;
  private final int instrument;
  private final long fromNs;
  private final LineReader lines;
  private final BinanceMessages messages = new BinanceMessages();
  private final BinanceBook book;
  private final TradeBars bars;
  private final Deque<MarketEvent> ready = new ArrayDeque<>();
  private long timeNs;
  private boolean reached;
  private MarketEvent event;

  CaptureCursor(DataFile.BinanceCapture capture, int instrument, long fromNs) {
    this.file = capture.path();
    this.symbol = capture.terms().symbol();
    this.instrument = instrument;
    this.fromNs = fromNs;
    this.lines = new LineReader(file);
    this.book = new BinanceBook(instrument);
    this.bars = new TradeBars(instrument, capture.intervalNs());
  }

  @Override
  public boolean advance() {
    while (ready.isEmpty()) {
      if (!lines.advance()) {
        return false;
      }
      if (lines.end() > lines.start()) {
        take(readMessage());
      }
    }
    event = ready.removeFirst();
    return true;
  }

  private BinanceMessage readMessage() {
    byte[] bytes = lines.buffer();
    int at = lines.start();
    while (at < lines.end() && bytes[at] != '{') {
      at++;
    }
    try {
      return messages.read(bytes, at, lines.end());
    } catch (IOException | IllegalArgumentException e) {
      throw new BadMarketData(
          file,
          lines.line(),
          "no Binance message: " + e.getMessage() + ", expected <local time> <JSON>",
          "Remove the line; the book resumes at the next snapshot if an update is lost with it",
          e);
    }
  }

  private void take(BinanceMessage message) {
    try {
      switch (message) {
        case BinanceMessage.DepthUpdate update -> {
          if (isOurs(update.symbol()) && moveTo(update.eventTimeNs())) {
            book.update(update, timeNs, this::say);
          }
        }
        case BinanceMessage.DepthSnapshot snapshot -> {
          if (timeNs > 0) {
            book.snapshot(snapshot, timeNs, this::say);
          }
        }
        case BinanceMessage.TradeSeen trade -> takeTrade(trade);
        case BinanceMessage.BestQuote quote -> takeQuote(quote);
        case BinanceMessage.Candle _, BinanceMessage.ShutdownNotice _, BinanceMessage.Unrelated _ -> {
          // Bars are made of the trades; the others say nothing of the market.
        }
      }
    } catch (IllegalArgumentException e) {
      throw new BadMarketData(
          file, lines.line(), e.getMessage(), "Remove the line", e);
    }
  }

  private boolean isOurs(String of) {
    return of.equals(symbol);
  }

  /** Moves the clock; true, so that it can stand in a condition. */
  private boolean moveTo(long eventTimeNs) {
    timeNs = Math.max(timeNs, eventTimeNs);
    bars.reach(timeNs, this::say);
    if (!reached && timeNs >= fromNs) {
      reached = true;
      book.restate(timeNs, this::say);
    }
    return true;
  }

  private void takeTrade(BinanceMessage.TradeSeen seen) {
    if (!isOurs(seen.symbol())) {
      return;
    }
    moveTo(seen.eventTimeNs());
    Trade trade =
        new Trade(
            instrument,
            timeNs,
            seen.tradeId(),
            seen.priceE8(),
            seen.quantityE8(),
            seen.aggressor());
    bars.trade(trade);
    say(trade);
  }

  private void takeQuote(BinanceMessage.BestQuote quote) {
    if (isOurs(quote.symbol()) && timeNs > 0) {
      say(
          new Quote(
              instrument,
              timeNs,
              quote.bidE8(),
              quote.bidQuantityE8(),
              quote.askE8(),
              quote.askQuantityE8()));
    }
  }

  private void say(MarketEvent said) {
    if (said.timeNs() >= fromNs) {
      ready.addLast(said);
    }
  }

  @Override
  public MarketEvent event() {
    return event;
  }

  @Override
  public void close() {
    lines.close();
  }
}
