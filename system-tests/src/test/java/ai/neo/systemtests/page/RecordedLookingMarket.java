package ai.neo.systemtests.page;

import static java.math.RoundingMode.HALF_EVEN;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A market that looks recorded and is the same in every run: seeded candles of one instrument, and
 * fills, equity and decisions that fit them. Made for the page's tests; nothing else may trade it.
 */
final class RecordedLookingMarket {

  static final int BARS = 500;
  static final BigDecimal INITIAL_CASH = new BigDecimal("100000.00");
  private static final BigDecimal FEE_RATE = new BigDecimal("0.00075");
  private static final Instant START = Instant.parse("2024-03-04T14:20:00Z");

  private final String symbol;
  private final Duration interval;
  private final BigDecimal lot;
  private final Random random;
  private final List<JsonObject> candles = new ArrayList<>();
  private final List<JsonObject> fills = new ArrayList<>();
  private final List<JsonObject> decisions = new ArrayList<>();
  private final List<BigDecimal> gains = new ArrayList<>();
  private double lean;
  private BigDecimal cash = INITIAL_CASH;
  private BigDecimal held = BigDecimal.ZERO;
  private BigDecimal averagePrice = BigDecimal.ZERO;
  private BigDecimal realised = BigDecimal.ZERO;
  private BigDecimal fees = BigDecimal.ZERO;

  RecordedLookingMarket(String symbol, Duration interval, double firstPrice, String lot) {
    this.symbol = symbol;
    this.interval = interval;
    this.lot = new BigDecimal(lot);
    this.random = new Random(symbol.hashCode());
    double price = firstPrice;
    double drift = 0;
    for (int i = 0; i < BARS; i++) {
      drift = 0.94 * drift + random.nextGaussian() * 0.00012;
      price = bar(i, price, drift);
      trade(i, drift);
    }
  }

  String symbol() {
    return symbol;
  }

  JsonArray candles() {
    return new JsonArray(candles);
  }

  List<JsonObject> fills() {
    return fills;
  }

  List<JsonObject> decisions() {
    return decisions;
  }

  /** What was won since the start, at the close of one bar. */
  BigDecimal gain(int bar) {
    return gains.get(bar);
  }

  String lastPrice() {
    return candles.getLast().getString("close");
  }

  Instant lastTime() {
    return time(BARS - 1);
  }

  /** This market's part of the account's cash: the initial cash is shared by two. */
  BigDecimal cash() {
    return cash.subtract(INITIAL_CASH.divide(BigDecimal.TWO, HALF_EVEN)).setScale(2, HALF_EVEN);
  }

  BigDecimal realised() {
    return realised;
  }

  BigDecimal fees() {
    return fees;
  }

  BigDecimal unrealised() {
    BigDecimal gain = new BigDecimal(lastPrice()).subtract(averagePrice);
    return held.multiply(gain).setScale(2, HALF_EVEN);
  }

  JsonObject position(String strategy) {
    return new JsonObject()
        .put("instrument", symbol)
        .put("strategy", strategy)
        .put("quantity", held.toPlainString())
        .put("average_price", averagePrice.toPlainString())
        .put("realised_pnl", realised.toPlainString())
        .put("unrealised_pnl", unrealised().toPlainString());
  }

  /** The bar after the last one, for a push over the stream. */
  JsonObject nextCandle(String close) {
    String open = lastPrice();
    return new JsonObject()
        .put("type", "candle")
        .put("instrument", symbol)
        .put("time", time(BARS).toString())
        .put("open", open)
        .put("high", new BigDecimal(open).max(new BigDecimal(close)).toPlainString())
        .put("low", new BigDecimal(open).min(new BigDecimal(close)).toPlainString())
        .put("close", close)
        .put("volume", "12.5");
  }

  private Instant time(int bar) {
    return START.plus(interval.multipliedBy(bar));
  }

  private double bar(int i, double open, double drift) {
    double noise = 0.0006 * (0.6 + 0.9 * Math.abs(Math.sin(i / 55.0)));
    double close = open * (1 + drift + random.nextGaussian() * noise);
    double high = Math.max(open, close) * (1 + Math.abs(random.nextGaussian()) * noise * 0.7);
    double low = Math.min(open, close) * (1 - Math.abs(random.nextGaussian()) * noise * 0.7);
    double stir = 1 + 900 * Math.abs(close / open - 1);
    double volume = 8 + 40 * Math.abs(random.nextGaussian()) * stir;
    candles.add(
        new JsonObject()
            .put("time", time(i).toString())
            .put("open", price(open))
            .put("high", price(high))
            .put("low", price(low))
            .put("close", price(close))
            .put("volume", price(volume)));
    return close;
  }

  private void trade(int i, double drift) {
    lean = 0.8 * lean + 0.2 * Math.tanh(drift * 1100 + random.nextGaussian() * 1.1) * 1.6;
    double buy = Math.max(0.04, 0.30 + 0.34 * Math.tanh(lean));
    double sell = Math.max(0.04, 0.30 - 0.34 * Math.tanh(lean));
    boolean wantsIn = buy > 0.42 && held.signum() == 0;
    boolean wantsMore = buy > 0.50 && held.signum() > 0;
    boolean wantsOut = sell > 0.41 && held.signum() > 0;
    String action = wantsIn || wantsMore ? "BUY" : wantsOut ? "SELL" : "HOLD";
    if (i > 40) {
      decisions.add(decision(i, action, wantsMore, sell, buy));
      if (wantsIn || wantsOut) {
        fill(i, action);
      }
    }
    mark(i);
  }

  private void fill(int i, String side) {
    BigDecimal price = new BigDecimal(candles.get(i).getString("close"));
    BigDecimal fee = lot.multiply(price).multiply(FEE_RATE).setScale(8, HALF_EVEN);
    BigDecimal value = lot.multiply(price);
    fees = fees.add(fee);
    if (side.equals("BUY")) {
      cash = cash.subtract(value).subtract(fee);
      held = lot;
      averagePrice = price;
    } else {
      cash = cash.add(value).subtract(fee);
      BigDecimal gain = lot.multiply(price.subtract(averagePrice));
      realised = realised.add(gain).setScale(2, HALF_EVEN);
      held = BigDecimal.ZERO;
    }
    fills.add(
        new JsonObject()
            .put("id", symbol + "-F" + i)
            .put("order_id", symbol + "-O" + i)
            .put("instrument", symbol)
            .put("side", side)
            .put("price", price.toPlainString())
            .put("quantity", lot.toPlainString())
            .put("fee", fee.toPlainString())
            .put("time", time(i).toString())
            .put("strategy", "model"));
  }

  private JsonObject decision(int i, String action, boolean refused, double sell, double buy) {
    double confidence = Math.max(buy, Math.max(sell, 1 - buy - sell));
    String leaning =
        switch (action) {
          case "BUY" -> "Buy at %.2f is above the floor of 0.42".formatted(buy);
          case "SELL" -> "Sell at %.2f ends the long position".formatted(sell);
          default -> "No side reaches the confidence floor of 0.42";
        };
    return new JsonObject()
        .put("id", symbol + "-D" + i)
        .put("time", time(i).toString())
        .put("instrument", symbol)
        .put("strategy", "model")
        .put("action", action)
        .put("reason", leaning)
        .put(
            "prediction",
            new JsonObject()
                .put("id", symbol + "-P" + i)
                .put("model", "mlp")
                .put("version", i < 240 ? "1" : i < 360 ? "2" : "3")
                .put("sell", sell)
                .put("hold", 1 - buy - sell)
                .put("buy", buy)
                .put("confidence", confidence)
                .put("latency_ms", 0.24 + random.nextDouble() * 0.3))
        .put("risk", risk(action, refused));
  }

  private JsonObject risk(String action, boolean refused) {
    if (refused) {
      return new JsonObject()
          .put("verdict", "refused")
          .put("rule", "max-position")
          .put("limit", lot.toPlainString())
          .put("observed", lot.add(lot).toPlainString());
    }
    return new JsonObject().put("verdict", action.equals("HOLD") ? "none" : "approved");
  }

  private void mark(int i) {
    BigDecimal close = new BigDecimal(candles.get(i).getString("close"));
    BigDecimal worth = cash.add(held.multiply(close));
    gains.add(worth.subtract(INITIAL_CASH).setScale(2, HALF_EVEN));
  }

  private static String price(double value) {
    return BigDecimal.valueOf(value).setScale(2, HALF_EVEN).toPlainString();
  }
}
