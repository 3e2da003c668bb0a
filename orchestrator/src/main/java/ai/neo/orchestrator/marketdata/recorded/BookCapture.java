package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Side;
import ai.neo.tradingtypes.Trade;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A recorded window of Binance's combined stream: each line a local time and the raw message, one
 * line the REST snapshot. Depth updates are bridged to the snapshot as Binance prescribes; trades
 * also make one-minute bars, at whose close the loop predicts.
 */
final class BookCapture {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MINUTE_NS = 60_000_000_000L;
  private static final long NS_PER_MS = 1_000_000L;

  /** Levels of the snapshot that are taken: the venue sends a thousand, trades reach a few. */
  private static final int SNAPSHOT_LEVELS = 200;

  private final Path file;
  private final int instrument;
  private final List<MarketEvent> events = new ArrayList<>();
  private final List<JsonNode> beforeSnapshot = new ArrayList<>();
  private long lastUpdateId = -1;
  private boolean bridged;
  private long timeNs;
  private long barOpenNs = -1;
  private final long[] bar = new long[5];

  private BookCapture(Path file, int instrument) {
    this.file = file;
    this.instrument = instrument;
  }

  /** All events of a capture, in order. */
  static List<MarketEvent> read(Path file, int instrument) throws IOException {
    BookCapture capture = new BookCapture(file, instrument);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file), 1 << 16),
                StandardCharsets.UTF_8))) {
      long number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        capture.line(line, number);
      }
    }
    return List.copyOf(capture.events);
  }

  private void line(String line, long number) throws IOException {
    int space = line.indexOf(' ');
    if (space < 0) {
      throw new BadMarketDataException(file, number, "expected a time, a space and a message");
    }
    JsonNode message = JSON.readTree(line.substring(space + 1));
    if (message.has("lastUpdateId")) {
      snapshot(message);
      return;
    }
    JsonNode data = message.path("data");
    switch (data.path("e").asText()) {
      case "depthUpdate" -> depth(data, number);
      case "trade" -> trade(data);
      default -> { // A quote carries no time of the exchange and nothing that the book does not.
      }
    }
  }

  private void snapshot(JsonNode message) {
    lastUpdateId = message.path("lastUpdateId").asLong();
    List<BookChange> changes = new ArrayList<>();
    levels(message.path("bids"), Side.BUY, changes);
    levels(message.path("asks"), Side.SELL, changes);
    add(changes);
    for (JsonNode update : beforeSnapshot) {
      depth(update, 0);
    }
    beforeSnapshot.clear();
  }

  private void depth(JsonNode data, long number) {
    if (lastUpdateId < 0) {
      beforeSnapshot.add(data);
      return;
    }
    long first = data.path("U").asLong();
    long last = data.path("u").asLong();
    if (last <= lastUpdateId) {
      return;
    }
    if (bridged ? first != lastUpdateId + 1 : first > lastUpdateId + 1) {
      throw new BadMarketDataException(
          file, number, "a depth update is missing between " + lastUpdateId + " and " + first);
    }
    bridged = true;
    lastUpdateId = last;
    advance(data.path("E").asLong() * NS_PER_MS);
    List<BookChange> changes = new ArrayList<>();
    levels(data.path("b"), Side.BUY, changes);
    levels(data.path("a"), Side.SELL, changes);
    add(changes);
  }

  private void levels(JsonNode levels, Side side, List<BookChange> changes) {
    int count = 0;
    for (JsonNode level : levels) {
      if (count++ == SNAPSHOT_LEVELS) {
        return;
      }
      changes.add(
          new BookChange(
              instrument,
              timeNs,
              side,
              E8.parse(level.get(0).asText()),
              E8.parse(level.get(1).asText()),
              false));
    }
  }

  private void add(List<BookChange> changes) {
    for (int i = 0; i < changes.size(); i++) {
      BookChange c = changes.get(i);
      events.add(
          new BookChange(
              instrument, timeNs, c.side(), c.priceE8(), c.quantityE8(), i == changes.size() - 1));
    }
  }

  private void trade(JsonNode data) {
    advance(data.path("E").asLong() * NS_PER_MS);
    long price = E8.parse(data.path("p").asText());
    long quantity = E8.parse(data.path("q").asText());
    if (lastUpdateId >= 0) {
      events.add(
          new Trade(
              instrument,
              timeNs,
              data.path("t").asLong(),
              price,
              quantity,
              data.path("m").asBoolean() ? Side.SELL : Side.BUY));
    }
    intoBar(price, quantity);
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
