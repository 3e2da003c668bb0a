package ai.neo.orchestrator.marketdata.binance;

import ai.neo.orchestrator.marketdata.DecimalText;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Binance's public REST calls. A refusal for too many requests (429, 418) silences all calls until
 * the time that the venue names: going on would be answered with a ban.
 *
 * <p>Thread-safe. Nothing is retried here; the caller decides.
 */
final class BinanceRest implements AutoCloseable {
  /** The venue's most for one call. */
  static final int MOST_CANDLES = 1000;

  /** Weight 50 of 6,000 a minute; levels farther away come with the updates that touch them. */
  private static final int SNAPSHOT_LEVELS = 1000;

  private static final long NS_PER_MS = 1_000_000L;
  private static final long MINUTE_MS = 60_000L;
  private static final int PATIENCE_MS = 10_000;

  private final HttpClient http;
  private final URI base;
  private final AtomicLong silentUntilNanoTime = new AtomicLong(Long.MIN_VALUE);

  BinanceRest(Vertx vertx, URI base) {
    this.http = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(PATIENCE_MS));
    this.base = base;
  }

  /** The venue refused or could not answer. */
  static final class RestFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long retryAfterMs;

    RestFailure(String message, long retryAfterMs) {
      super(message);
      this.retryAfterMs = retryAfterMs;
    }

    /** Before then a new try is refused; zero if the venue did not say. */
    long retryAfterMs() {
      return retryAfterMs;
    }
  }

  private Future<Buffer> get(String path) {
    long silentMs = silentMs();
    if (silentMs > 0) {
      return Future.failedFuture(
          new RestFailure("Binance asked to wait for " + silentMs + " ms more", silentMs));
    }
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setAbsoluteURI(base + path)
            .setIdleTimeout(PATIENCE_MS)
            .setConnectTimeout(PATIENCE_MS);
    // One chain on the event loop: a handler that is set later than the answer comes hears nothing.
    return http.request(options)
        .compose(
            request ->
                request
                    .send()
                    .compose(
                        response -> response.body().compose(body -> accept(path, response, body))));
  }

  private Future<Buffer> accept(String path, HttpClientResponse response, Buffer body) {
    int status = response.statusCode();
    if (status == 200) {
      return Future.succeededFuture(body);
    }
    long afterMs = retryAfterMs(response.getHeader("Retry-After"));
    if (status == 429 || status == 418) {
      long waitMs = Math.max(afterMs, 1_000);
      silentUntilNanoTime.set(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs));
      afterMs = waitMs;
    }
    String said = body.length() > 200 ? body.getString(0, 200) : body.toString();
    if (status == 400) {
      return Future.failedFuture(
          new IllegalArgumentException("Binance refuses " + path + ": " + said));
    }
    return Future.failedFuture(
        new RestFailure("Binance answered " + status + " to " + path + ": " + said, afterMs));
  }

  private static long retryAfterMs(String seconds) {
    if (seconds == null) {
      return 0;
    }
    try {
      return Math.multiplyExact(Long.parseLong(seconds.trim()), 1000L);
    } catch (NumberFormatException | ArithmeticException e) {
      // An HTTP date is allowed there too, though this venue sends seconds.
      return MINUTE_MS;
    }
  }

  private long silentMs() {
    long until = silentUntilNanoTime.get();
    if (until == Long.MIN_VALUE) {
      return 0;
    }
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime() + 999_999));
  }

  /**
   * The venue's rules of the symbols, in their order; fails where one is unknown or not trading.
   */
  Future<List<Instrument>> instruments(List<String> symbols) {
    JsonArray wanted = new JsonArray(symbols);
    String query = java.net.URLEncoder.encode(wanted.encode(), StandardCharsets.UTF_8);
    return get("/api/v3/exchangeInfo?symbols=" + query)
        .map(body -> readInstruments(symbols, body.toJsonObject()));
  }

  private static List<Instrument> readInstruments(List<String> symbols, JsonObject info) {
    Map<String, JsonObject> bySymbol = new HashMap<>();
    for (Object entry : info.getJsonArray("symbols")) {
      JsonObject symbol = (JsonObject) entry;
      bySymbol.put(symbol.getString("symbol"), symbol);
    }
    List<Instrument> instruments = new ArrayList<>();
    for (String symbol : symbols) {
      JsonObject rules = bySymbol.get(symbol);
      if (rules == null) {
        throw new IllegalArgumentException("Binance does not know the symbol " + symbol);
      }
      instruments.add(
          new Instrument(
              instruments.size(),
              symbol,
              "binance",
              E8.parse(filter(rules, "PRICE_FILTER", "tickSize", "0.00000001")),
              E8.parse(filter(rules, "LOT_SIZE", "stepSize", "0.00000001")),
              E8.parse(
                  filter(
                      rules,
                      "NOTIONAL",
                      "minNotional",
                      filter(rules, "MIN_NOTIONAL", "minNotional", "0")))));
    }
    return instruments;
  }

  private static String filter(JsonObject rules, String type, String field, String otherwise) {
    for (Object entry : rules.getJsonArray("filters", new JsonArray())) {
      JsonObject filter = (JsonObject) entry;
      if (type.equals(filter.getString("filterType"))) {
        return filter.getString(field, otherwise);
      }
    }
    return otherwise;
  }

  /** The book as it is now. */
  Future<BinanceMessage.DepthSnapshot> snapshot(String symbol) {
    return get("/api/v3/depth?symbol=" + symbol + "&limit=" + SNAPSHOT_LEVELS)
        .compose(
            body -> {
              try {
                return new BinanceMessages().read(body.getBytes(), 0, body.length())
                        instanceof BinanceMessage.DepthSnapshot snapshot
                    ? Future.succeededFuture(snapshot)
                    : Future.failedFuture(new RestFailure("no depth snapshot of " + symbol, 0));
              } catch (IOException | IllegalArgumentException e) {
                return Future.failedFuture(e);
              }
            });
  }

  /**
   * 1-minute bars, oldest first, at most {@link #MOST_CANDLES}; the last may still be growing.
   *
   * @param range {@code startTime=…} or {@code endTime=…} in milliseconds, or empty
   */
  Future<List<Bar>> candles(Instrument instrument, String range, int count) {
    return get("/api/v3/klines?symbol="
            + instrument.symbol()
            + "&interval=1m&limit="
            + count
            + (range.isEmpty() ? "" : "&" + range))
        .map(body -> readCandles(instrument.id(), body.toJsonArray()));
  }

  private static List<Bar> readCandles(int instrument, JsonArray rows) {
    List<Bar> bars = new ArrayList<>(rows.size());
    for (Object entry : rows) {
      JsonArray row = (JsonArray) entry;
      long openNs = row.getLong(0) * NS_PER_MS;
      bars.add(
          new Bar(
              instrument,
              openNs,
              (row.getLong(6) + 1) * NS_PER_MS,
              number(row.getString(1)),
              number(row.getString(2)),
              number(row.getString(3)),
              number(row.getString(4)),
              number(row.getString(5))));
    }
    return bars;
  }

  private static long number(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return DecimalText.parseE8(bytes, 0, bytes.length);
  }

  /**
   * The newest {@code count} bars that closed by {@code nowNs}, oldest first, in as many calls as
   * that takes; fewer where the venue has no more.
   */
  Future<List<Bar>> closedCandles(Instrument instrument, int count, long nowNs) {
    Promise<List<Bar>> all = Promise.promise();
    collect(new History(instrument, count, nowNs), "", new ArrayList<>(), all);
    return all.future();
  }

  private record History(Instrument instrument, int count, long nowNs) {}

  private void collect(History wanted, String range, List<Bar> newer, Promise<List<Bar>> all) {
    int missing = wanted.count() - newer.size();
    // One more than is missing: the newest may still be growing.
    candles(wanted.instrument(), range, Math.min(MOST_CANDLES, missing + 1))
        .onFailure(all::fail)
        .onSuccess(
            page -> {
              List<Bar> bars =
                  new ArrayList<>(
                      page.stream().filter(bar -> bar.closeTimeNs() <= wanted.nowNs()).toList());
              boolean more = !bars.isEmpty();
              bars.addAll(newer);
              if (!more || bars.size() >= wanted.count()) {
                int from = Math.max(0, bars.size() - wanted.count());
                all.complete(List.copyOf(bars.subList(from, bars.size())));
              } else {
                long before = bars.getFirst().openTimeNs() / NS_PER_MS - 1;
                collect(wanted, "endTime=" + before, bars, all);
              }
            });
  }

  @Override
  public void close() {
    http.close();
  }
}
