package ai.neo.orchestrator.marketdata.binance;

import ai.neo.orchestrator.marketdata.recorded.CandleFile;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.json.JsonArray;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.RoundingMode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Binance on this machine: recorded candles and a recorded stream, moved to a time that its user
 * says, and to one price level. Connections can be dropped and refused, as the real one does.
 *
 * <p>As a program it plays at the recorded pace on the wall's clock: {@code ./neo run --live
 * binance --set binance.rest_url=http://127.0.0.1:PORT --set
 * binance.stream_url=ws://127.0.0.1:PORT} then trades on it.
 */
public final class StandInVenue implements AutoCloseable {
  /** Where Neo's bundled data lie, seen from a module. */
  public static final Path SAMPLE = Path.of("..", "data", "sample");

  private static final String RULES =
      """
      {"symbols":[{"symbol":"BTCUSDT","filters":[
        {"filterType":"PRICE_FILTER","minPrice":"0.01","tickSize":"0.01000000"},
        {"filterType":"LOT_SIZE","minQty":"0.00001","stepSize":"0.00001000"},
        {"filterType":"NOTIONAL","minNotional":"5.00000000"}]}]}
      """;

  /** Of the recorded stream. */
  private static final double PRICE = 61_837.63;

  private static final Pattern TIMES = Pattern.compile("\"([ET])\":(\\d{13})");
  private static final int MOST_ROWS = 1_000;
  private static final long MINUTE_MS = 60_000;

  private final LongSupplier nowMs;
  private final List<Bar> candles;
  private final List<String> frames;
  private final long firstMinute;
  private final double scale;
  private final HttpServer server;
  private final BlockingQueue<ServerWebSocket> accepted = new LinkedBlockingQueue<>();
  private volatile ServerWebSocket socket;
  private volatile boolean refusing;
  private volatile boolean withoutBooks;

  /**
   * @param nowMs the venue's time, in ms since 1970
   * @param port 0 for a free one
   * @param stream a file of recorded frames, one a line; gzip is understood
   */
  public StandInVenue(Vertx vertx, LongSupplier nowMs, int port, Path sample, InputStream stream)
      throws Exception {
    this.nowMs = nowMs;
    this.candles = CandleFile.read(sample.resolve("BTCUSDT-1m-2021-04_2021-05.csv.gz")).bars();
    this.frames = frames(stream);
    int now = candles.size() / 2;
    this.firstMinute = nowMs.getAsLong() / MINUTE_MS - now;
    this.scale = PRICE / (candles.get(now).openE8() / (double) E8.ONE);
    this.server =
        vertx
            .createHttpServer()
            .requestHandler(this::answer)
            .webSocketHandshakeHandler(this::shakeHands)
            .webSocketHandler(
                opened -> {
                  socket = opened;
                  accepted.add(opened);
                })
            .listen(port, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  private static List<String> frames(InputStream stream) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return lines.lines().filter(line -> line.contains("{")).toList();
    }
  }

  /** A connection that is tried again after milliseconds. */
  public BinanceConnection connection() {
    return new BinanceConnection(
        URI.create("http://127.0.0.1:" + server.actualPort()),
        URI.create("ws://127.0.0.1:" + server.actualPort()),
        Duration.ofHours(23),
        Duration.ofSeconds(60),
        Duration.ofMillis(5),
        Duration.ofMillis(20));
  }

  /** Waits for somebody to connect. */
  public void awaitConnection() throws InterruptedException {
    if (accepted.poll(20, TimeUnit.SECONDS) == null) {
      throw new AssertionError("nobody has connected within 20 s");
    }
  }

  /** Says the recorded frames, as if the first of them had just happened. */
  public void playFrames() {
    long shiftMs = nowMs.getAsLong() - recordedMs(frames.getFirst());
    for (String line : frames) {
      say(line, shiftMs);
    }
  }

  private void say(String line, long shiftMs) {
    String frame = line.substring(line.indexOf('{'));
    if (!frame.contains("\"lastUpdateId\"")) {
      socket.writeTextMessage(
          TIMES
              .matcher(frame)
              .replaceAll(
                  time ->
                      "\"" + time.group(1) + "\":" + (Long.parseLong(time.group(2)) + shiftMs)));
    }
  }

  private static long recordedMs(String line) {
    Matcher time = TIMES.matcher(line);
    if (!time.find()) {
      throw new IllegalArgumentException("no time in " + line);
    }
    return Long.parseLong(time.group(2));
  }

  /** Says that the minute that ended last has closed. */
  public void sayClosedMinute() {
    JsonArray row = row(nowMs.getAsLong() / MINUTE_MS - 1);
    socket.writeTextMessage(
        "{\"stream\":\"btcusdt@kline_1m\",\"data\":{\"e\":\"kline\",\"E\":%d,\"s\":\"BTCUSDT\",\"k\":{\"t\":%d,\"T\":%d,\"s\":\"BTCUSDT\",\"i\":\"1m\",\"o\":\"%s\",\"c\":\"%s\",\"h\":\"%s\",\"l\":\"%s\",\"v\":\"%s\",\"x\":true}}}"
            .formatted(
                nowMs.getAsLong(),
                row.getLong(0),
                row.getLong(6),
                row.getString(1),
                row.getString(4),
                row.getString(2),
                row.getString(3),
                row.getString(5)));
  }

  /** Breaks the connection; new ones are refused until {@link #acceptAgain}. */
  public void dropAndRefuse() {
    refusing = true;
    socket.close();
  }

  public void acceptAgain() {
    refusing = false;
  }

  /** Whether the book is refused, as when the venue is overloaded. */
  public void refuseBooks(boolean refused) {
    withoutBooks = refused;
  }

  private void shakeHands(ServerWebSocketHandshake handshake) {
    if (refusing) {
      handshake.reject(503);
    } else {
      handshake.accept();
    }
  }

  private void answer(HttpServerRequest request) {
    switch (request.path()) {
      case "/api/v3/exchangeInfo" -> request.response().end(RULES);
      case "/api/v3/klines" -> request.response().end(klines(request).encode());
      case "/api/v3/depth" -> {
        if (withoutBooks) {
          request.response().setStatusCode(503).end();
        } else {
          request.response().end(book());
        }
      }
      default -> request.response().setStatusCode(404).end();
    }
  }

  private String book() {
    String line =
        frames.stream().filter(each -> each.contains("\"lastUpdateId\"")).findFirst().orElseThrow();
    return line.substring(line.indexOf('{'));
  }

  /** As the venue does: the rows from a start on, or the newest up to an end. */
  private JsonArray klines(HttpServerRequest request) {
    int limit = Math.min(MOST_ROWS, Integer.parseInt(request.getParam("limit")));
    long newest = Math.min(nowMs.getAsLong() / MINUTE_MS, firstMinute + candles.size() - 1);
    long from = newest - limit + 1;
    if (request.getParam("startTime") != null) {
      from = Math.ceilDiv(Long.parseLong(request.getParam("startTime")), MINUTE_MS);
    } else if (request.getParam("endTime") != null) {
      newest = Math.min(newest, Long.parseLong(request.getParam("endTime")) / MINUTE_MS);
      from = newest - limit + 1;
    }
    JsonArray rows = new JsonArray();
    for (long minute = Math.max(from, firstMinute);
        minute <= newest && rows.size() < limit;
        minute++) {
      rows.add(row(minute));
    }
    return rows;
  }

  private JsonArray row(long minute) {
    Bar candle = candles.get(Math.toIntExact(minute - firstMinute));
    return new JsonArray()
        .add(minute * MINUTE_MS)
        .add(price(candle.openE8()))
        .add(price(candle.highE8()))
        .add(price(candle.lowE8()))
        .add(price(candle.closeE8()))
        .add(E8.format(candle.volumeE8()))
        .add((minute + 1) * MINUTE_MS - 1)
        .add("0")
        .add(0)
        .add("0")
        .add("0")
        .add("0");
  }

  private String price(long recordedE8) {
    long scaled = E8.fromDouble(recordedE8 / (double) E8.ONE * scale, RoundingMode.HALF_EVEN);
    return E8.format(E8.roundToStep(scaled, E8.ONE / 100));
  }

  @Override
  public void close() {
    server.close();
  }

  /** Plays on the wall's clock: arguments are a port and the folder of the bundled data. */
  public static void main(String[] arguments) throws Exception {
    Path sample = Path.of(arguments[1]);
    try (InputStream stream =
        new GZIPInputStream(
            Files.newInputStream(sample.resolve("BTCUSDT-book-2024-08-08.jsonl.gz")))) {
      StandInVenue venue =
          new StandInVenue(
              Vertx.vertx(),
              System::currentTimeMillis,
              Integer.parseInt(arguments[0]),
              sample,
              stream);
      System.out.println(venue.connection());
      while (true) {
        ServerWebSocket opened = venue.accepted.take();
        System.out.println("connected");
        venue.playAtPace(opened);
        opened.close();
        System.out.println("the recording is over: connection closed");
      }
    }
  }

  private void playAtPace(ServerWebSocket to) throws InterruptedException {
    long begunMs = nowMs.getAsLong();
    long shiftMs = begunMs - recordedMs(frames.getFirst());
    long firstReceivedNs = receivedNs(frames.getFirst());
    long minute = begunMs / MINUTE_MS;
    for (String line : frames) {
      long dueMs = begunMs + (receivedNs(line) - firstReceivedNs) / 1_000_000;
      while (nowMs.getAsLong() < dueMs) {
        TimeUnit.MILLISECONDS.sleep(Math.max(1, dueMs - nowMs.getAsLong()));
      }
      if (to.isClosed()) {
        return;
      }
      if (nowMs.getAsLong() / MINUTE_MS != minute) {
        minute = nowMs.getAsLong() / MINUTE_MS;
        sayClosedMinute();
      }
      say(line, shiftMs);
    }
  }

  private static long receivedNs(String line) {
    return Long.parseLong(line.substring(0, line.indexOf(' ')));
  }
}
