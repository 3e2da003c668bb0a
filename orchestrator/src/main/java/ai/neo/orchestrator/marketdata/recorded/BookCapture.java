package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.binance.BinanceBook;
import ai.neo.orchestrator.marketdata.binance.BinanceMessage;
import ai.neo.orchestrator.marketdata.binance.BinanceMessages;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Trade;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A recorded window of Binance's combined stream: each line a local time and the raw message, one
 * line the REST snapshot. The book is held by the same procedure as a live one; trades also make
 * one-minute bars, at whose close the loop predicts.
 *
 * <p>The time of an event is the venue's; a message without one has the last that was seen, so that
 * time never steps back.
 */
final class BookCapture {
  private static final long MINUTE_NS = 60_000_000_000L;

  /** Levels of the snapshot that are taken: the venue sends a thousand, trades reach a few. */
  private static final int SNAPSHOT_LEVELS = 200;

  private static final String REMEDY =
      "Take a capture that holds a snapshot and every update after it";

  private final Path file;
  private final int instrument;
  private final BinanceMessages messages = new BinanceMessages();
  private final BinanceBook book;
  private final List<MarketEvent> events = new ArrayList<>();
  private boolean bookSeen;
  private long timeNs;
  private long barOpenNs = -1;
  private final long[] bar = new long[5];

  private BookCapture(Path file, int instrument) {
    this.file = file;
    this.instrument = instrument;
    this.book = new BinanceBook(instrument);
  }

  /** All events of a capture, in order. */
  static List<MarketEvent> read(Path file, int instrument) {
    BookCapture capture = new BookCapture(file, instrument);
    try (LineReader lines = new LineReader(file)) {
      while (lines.advance()) {
        capture.line(lines);
      }
    }
    return List.copyOf(capture.events);
  }

  private void line(LineReader lines) {
    byte[] bytes = lines.buffer();
    int at = lines.start();
    while (at < lines.end() && bytes[at] != '{') {
      at++;
    }
    try {
      take(messages.read(bytes, at, lines.end()), lines.line());
    } catch (IOException | IllegalArgumentException e) {
      throw new BadMarketDataException(
          file,
          lines.line(),
          "no Binance message: " + e.getMessage() + ", expected <local time> <JSON>",
          REMEDY,
          e);
    }
  }

  private void take(BinanceMessage message, long line) {
    BinanceBook.Outcome outcome =
        switch (message) {
          case BinanceMessage.DepthUpdate update -> {
            if (bookSeen) {
              advance(update.eventTimeNs());
            }
            yield book.update(update, timeNs, events::add);
          }
          case BinanceMessage.DepthSnapshot snapshot -> {
            bookSeen = true;
            yield book.snapshot(snapshot.best(SNAPSHOT_LEVELS), timeNs, events::add);
          }
          case BinanceMessage.TradeSeen trade -> {
            trade(trade);
            yield BinanceBook.Outcome.OLD;
          }
          // A quote carries no time of the exchange and nothing that the book does not.
          case BinanceMessage.BestQuote _,
              BinanceMessage.Candle _,
              BinanceMessage.ShutdownNotice _,
              BinanceMessage.Unrelated _ ->
              BinanceBook.Outcome.OLD;
        };
    switch (outcome) {
      case GAP, SNAPSHOT_TOO_OLD ->
          throw new BadMarketDataException(
              file, line, "updates of the book are missing before this line", REMEDY);
      case APPLIED, WAITING, OLD -> { // In step, or waiting for the snapshot.
      }
    }
  }

  private void trade(BinanceMessage.TradeSeen trade) {
    advance(trade.eventTimeNs());
    if (bookSeen) {
      events.add(
          new Trade(
              instrument,
              timeNs,
              trade.tradeId(),
              trade.priceE8(),
              trade.quantityE8(),
              trade.aggressor()));
    }
    intoBar(trade.priceE8(), trade.quantityE8());
  }

  /** Exchange time, which may not step back, and the close of a bar that it passes. */
  private void advance(long toNs) {
    long next = Math.max(timeNs, toNs);
    if (barOpenNs >= 0 && next >= barOpenNs + MINUTE_NS) {
      events.add(
          new Bar(
              instrument,
              barOpenNs,
              barOpenNs + MINUTE_NS,
              bar[0],
              bar[1],
              bar[2],
              bar[3],
              bar[4]));
      barOpenNs = -1;
    }
    timeNs = next;
  }

  private void intoBar(long price, long quantity) {
    if (barOpenNs < 0) {
      barOpenNs = timeNs - Math.floorMod(timeNs, MINUTE_NS);
      bar[0] = price;
      bar[1] = price;
      bar[2] = price;
      bar[4] = 0;
    }
    bar[1] = Math.max(bar[1], price);
    bar[2] = Math.min(bar[2], price);
    bar[3] = price;
    bar[4] += quantity;
  }
}
