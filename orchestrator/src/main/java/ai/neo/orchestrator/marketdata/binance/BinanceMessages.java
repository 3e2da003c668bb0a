package ai.neo.orchestrator.marketdata.binance;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.neo.orchestrator.marketdata.DecimalText;
import ai.neo.tradingtypes.Side;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Reads Binance's combined-stream messages and the REST depth snapshot, in one pass and whatever
 * the order of the fields.
 *
 * <p>Not thread-safe: fields are collected in the instance until a message is complete.
 */
public final class BinanceMessages {
  private static final long NS_PER_MS = 1_000_000L;

  private final JsonFactory factory = new JsonFactory();
  private byte[] digits = new byte[64];

  private String stream = "";
  private String event = "";
  private String symbol = "";
  private long eventTimeMs;
  private long firstId;
  private long lastId;
  private long tradeId;
  private long priceE8;
  private long quantityE8;
  private boolean buyerIsMaker;
  private long bidE8;
  private long askE8;
  private long bidQuantityE8;
  private long askQuantityE8;
  private DepthLevels levels = new DepthLevels();
  private boolean snapshot;
  private BinanceMessage.Candle candle;

  /**
   * Reads one message.
   *
   * @throws IOException if it is no JSON
   * @throws IllegalArgumentException if a field has a value that cannot be
   */
  public BinanceMessage read(byte[] text, int from, int to) throws IOException {
    try (JsonParser json = factory.createParser(text, from, to - from)) {
      return read(json);
    }
  }

  /** As above, from text. */
  public BinanceMessage read(String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    return read(bytes, 0, bytes.length);
  }

  private BinanceMessage read(JsonParser json) throws IOException {
    clear();
    if (json.nextToken() != JsonToken.START_OBJECT) {
      return new BinanceMessage.Unrelated();
    }
    readObject(json);
    if (json.currentToken() != JsonToken.END_OBJECT) {
      throw new IOException("the message ends too early");
    }
    return message();
  }

  private void clear() {
    stream = "";
    event = "";
    symbol = "";
    eventTimeMs = 0;
    snapshot = false;
    candle = null;
    levels = new DepthLevels();
  }

  private void readObject(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (value) {
        case START_OBJECT -> readInner(json, name);
        case START_ARRAY -> readLevels(json, name);
        case null -> throw new IOException("the message ends too early");
        default -> readScalar(json, name);
      }
    }
  }

  private void readInner(JsonParser json, String name) throws IOException {
    switch (name) {
      case "data" -> readObject(json);
      case "k" -> readCandle(json);
      default -> json.skipChildren();
    }
  }

  private void readScalar(JsonParser json, String name) throws IOException {
    switch (name) {
      case "stream" -> stream = json.getText();
      case "e" -> event = json.getText();
      case "s" -> symbol = json.getText();
      case "E" -> eventTimeMs = json.getLongValue();
      case "U" -> firstId = json.getLongValue();
      case "u" -> lastId = json.getLongValue();
      case "t" -> tradeId = json.getLongValue();
      case "p" -> priceE8 = number(json);
      case "q" -> quantityE8 = number(json);
      case "m" -> buyerIsMaker = json.getBooleanValue();
      case "b" -> bidE8 = number(json);
      case "B" -> bidQuantityE8 = number(json);
      case "a" -> askE8 = number(json);
      case "A" -> askQuantityE8 = number(json);
      case "lastUpdateId" -> {
        lastId = json.getLongValue();
        snapshot = true;
      }
      default -> {
        // A field that nothing here needs.
      }
    }
  }

  private void readLevels(JsonParser json, String name) throws IOException {
    boolean bids = name.equals("b") || name.equals("bids");
    if (!bids && !name.equals("a") && !name.equals("asks")) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() == JsonToken.START_ARRAY) {
      json.nextToken();
      long price = number(json);
      json.nextToken();
      long quantity = number(json);
      if (bids) {
        levels.addBid(price, quantity);
      } else {
        levels.addAsk(price, quantity);
      }
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() == null) {
          throw new IOException("the message ends too early");
        }
      }
    }
  }

  private void readCandle(JsonParser json) throws IOException {
    long open = 0;
    long close = 0;
    boolean closed = false;
    String of = symbol;
    long[] values = new long[5];
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "t" -> open = json.getLongValue();
        case "T" -> close = json.getLongValue();
        case "s" -> of = json.getText();
        case "x" -> closed = json.getBooleanValue();
        case "o" -> values[0] = number(json);
        case "h" -> values[1] = number(json);
        case "l" -> values[2] = number(json);
        case "c" -> values[3] = number(json);
        case "v" -> values[4] = number(json);
        default -> json.skipChildren();
      }
    }
    candle =
        new BinanceMessage.Candle(
            of,
            open * NS_PER_MS,
            (close + 1) * NS_PER_MS,
            closed,
            new BinanceMessage.CandleValues(values[0], values[1], values[2], values[3], values[4]));
  }

  private long number(JsonParser json) throws IOException {
    int length = json.getTextLength();
    if (length > digits.length) {
      throw new NumberFormatException("a number of " + length + " characters");
    }
    char[] text = json.getTextCharacters();
    int offset = json.getTextOffset();
    for (int at = 0; at < length; at++) {
      char character = text[offset + at];
      digits[at] = character < 128 ? (byte) character : (byte) '?';
    }
    return DecimalText.parseE8(digits, 0, length);
  }

  private BinanceMessage message() {
    if (snapshot) {
      return new BinanceMessage.DepthSnapshot(lastId, levels);
    }
    if (stream.endsWith("@bookTicker") || event.equals("bookTicker")) {
      return new BinanceMessage.BestQuote(
          symbol, lastId, bidE8, bidQuantityE8, askE8, askQuantityE8);
    }
    long timeNs = eventTimeMs * NS_PER_MS;
    return switch (event) {
      case "depthUpdate" -> new BinanceMessage.DepthUpdate(symbol, timeNs, firstId, lastId, levels);
      case "trade" ->
          new BinanceMessage.TradeSeen(
              symbol, timeNs, tradeId, priceE8, quantityE8, buyerIsMaker ? Side.SELL : Side.BUY);
      case "kline" -> candle == null ? new BinanceMessage.Unrelated() : candle;
      case "serverShutdown" -> new BinanceMessage.ShutdownNotice();
      default -> new BinanceMessage.Unrelated();
    };
  }
}
