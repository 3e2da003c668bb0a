package ai.neo.orchestrator.marketdata.binance;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.orchestrator.marketdata.FeedAwayException;
import ai.neo.orchestrator.marketdata.LiveMarketData.FeedState;
import ai.neo.orchestrator.marketdata.LiveMarketData.FeedState.Phase;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Trade;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BinanceMarketDataTest {
  private static final long MINUTE = 60_000_000_000L;
  private static final long NOW = 1_723_161_300_000_000_000L;
  private static final String RULES =
      """
      {"symbols":[{"symbol":"BTCUSDT","filters":[
        {"filterType":"PRICE_FILTER","minPrice":"0.01","tickSize":"0.01000000"},
        {"filterType":"LOT_SIZE","minQty":"0.00001","stepSize":"0.00001000"},
        {"filterType":"NOTIONAL","minNotional":"5.00000000"}]}]}
      """;

  private final Vertx vertx = Vertx.vertx();
  private final WireMockServer rest =
      new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));
  private final BlockingQueue<ServerWebSocket> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<MarketEvent> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<FeedState> states = new LinkedBlockingQueue<>();
  private HttpServer streams;
  private List<String> recorded;
  private BinanceMarketData feed;

  @BeforeEach
  void startVenue() throws Exception {
    rest.start();
    rest.stubFor(get(urlPathEqualTo("/api/v3/exchangeInfo")).willReturn(okJson(RULES)));
    rest.stubFor(get(urlPathEqualTo("/api/v3/klines")).atPriority(9).willReturn(okJson("[]")));
    streams =
        vertx
            .createHttpServer()
            .webSocketHandler(accepted::add)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    recorded = new ArrayList<>();
    for (String line : resource("/marketdata/btcusdt-book-excerpt.txt").split("\n", -1)) {
      if (!line.isEmpty()) {
        recorded.add(line.substring(line.indexOf('{')));
      }
    }
    rest.stubFor(get(urlPathEqualTo("/api/v3/depth")).willReturn(okJson(snapshot())));
  }

  @AfterEach
  void stopVenue() throws InterruptedException, ExecutionException, TimeoutException {
    if (feed != null) {
      feed.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    rest.stop();
  }

  @Test
  void takesTheRulesOfTheInstrumentsFromTheVenue() {
    feed = connect(patience());

    assertThat(feed.instruments())
        .containsExactly(new Instrument(0, "BTCUSDT", "binance", 1_000_000L, 1_000L, 500_000_000L));
  }

  @Test
  void saysTheEventsOfARecordedStream() throws Exception {
    feed = connect(patience());
    feed.start(new long[] {-MINUTE}, events::add, states::add);
    ServerWebSocket socket = nextSocket();
    assertThat(socket.query())
        .isEqualTo("streams=btcusdt@kline_1m/btcusdt@trade/btcusdt@depth@100ms/btcusdt@bookTicker");
    List<String> messages = recorded.stream().filter(line -> line.startsWith("{\"stream")).toList();
    messages.forEach(socket::writeTextMessage);

    List<MarketEvent> heard = new ArrayList<>();
    long trades = messages.stream().filter(line -> line.contains("\"trade\"")).count();
    long quotes = messages.stream().filter(line -> line.contains("bookTicker")).count();
    waitFor(heard, all -> count(all, Trade.class) == trades && bookIsLikeRecorded(all));

    assertThat(count(heard, Quote.class)).isEqualTo(quotes);
    Trade first = (Trade) heard.stream().filter(Trade.class::isInstance).findFirst().orElseThrow();
    assertThat(first.tradeId()).isEqualTo(3_735_683_259L);
    assertThat(first.priceE8()).isEqualTo(E8.parse("61837.63"));
    assertThat(first.timeNs()).isEqualTo(1_723_161_255_343_000_000L);
    assertThat(first.aggressor()).isEqualTo(ai.neo.tradingtypes.Side.SELL);
    long back = 0;
    for (int at = 1; at < heard.size(); at++) {
      back += heard.get(at).timeNs() < heard.get(at - 1).timeNs() ? 1 : 0;
    }
    assertThat(back).isZero();
  }

  @Test
  void emptiesTheBookAtAGapAndTakesANewSnapshot() throws Exception {
    rest.stubFor(
        get(urlPathEqualTo("/api/v3/depth"))
            .inScenario("gap")
            .whenScenarioStateIs(Scenario.STARTED)
            .willSetStateTo("again")
            .willReturn(okJson(book(2, "10"))));
    rest.stubFor(
        get(urlPathEqualTo("/api/v3/depth"))
            .inScenario("gap")
            .whenScenarioStateIs("again")
            .willReturn(okJson(book(8, "20"))));
    feed = connect(patience());
    feed.start(new long[] {-MINUTE}, events::add, states::add);
    ServerWebSocket socket = nextSocket();
    List<MarketEvent> heard = new ArrayList<>();

    socket.writeTextMessage(depth(1000, 1, 3, "10", "2"));
    waitFor(heard, all -> texts(all).contains("BUY 10=2."));
    socket.writeTextMessage(depth(1100, 7, 8, "11", "1"));
    waitFor(heard, all -> all.size() == 7);

    assertThat(texts(heard))
        .containsExactly(
            "BUY 10=1",
            "SELL 99=1.",
            "BUY 10=2.",
            "BUY 10=0",
            "SELL 99=0.",
            "BUY 20=1",
            "SELL 99=1.");
    assertThat(states).anyMatch(state -> state.detail().contains("missing"));
  }

  @Test
  void comesBackAfterALossSaysNothingTwiceAndFetchesMissedBars() throws Exception {
    rest.stubFor(
        get(urlPathEqualTo("/api/v3/klines"))
            .withQueryParam("startTime", equalTo("1"))
            .willReturn(okJson("[" + kline(1) + "," + kline(2) + "," + kline(99) + "]")));
    feed = connect(patience());
    feed.start(new long[] {-MINUTE}, events::add, states::add);
    List<MarketEvent> heard = new ArrayList<>();
    ServerWebSocket first = nextSocket();
    first.writeTextMessage(streamedKline(0, false));
    first.writeTextMessage(streamedKline(0, true));
    first.writeTextMessage(trade(5));
    waitFor(heard, all -> count(all, Trade.class) == 1);
    first.close();

    ServerWebSocket second = nextSocket();
    second.writeTextMessage(trade(5));
    second.writeTextMessage(streamedKline(3, true));
    second.writeTextMessage(trade(6));
    waitFor(heard, all -> count(all, Bar.class) == 4 && count(all, Trade.class) == 2);

    assertThat(heard.stream().filter(Bar.class::isInstance).map(Bar.class::cast))
        .extracting(bar -> bar.openTimeNs() / MINUTE)
        .containsExactly(0L, 1L, 2L, 3L);
    assertThat(states)
        .extracting(FeedState::phase)
        .containsSubsequence(Phase.CATCHING_UP, Phase.LOST, Phase.CATCHING_UP);
  }

  @Test
  void replacesAConnectionThatIsSilentOrOld() throws Exception {
    BinanceConnection impatient =
        new BinanceConnection(
            URI.create(rest.baseUrl()),
            URI.create("ws://127.0.0.1:" + streams.actualPort()),
            Duration.ofHours(23),
            Duration.ofMillis(40),
            Duration.ofMillis(5),
            Duration.ofMillis(20));
    feed = connect(impatient);
    feed.start(new long[] {-MINUTE}, events::add, states::add);
    nextSocket();
    nextSocket();

    assertThat(states).anyMatch(state -> state.detail().contains("nothing heard"));
  }

  @Test
  void waitsAsLongAsTheVenueAsks() {
    rest.stubFor(
        get(urlPathEqualTo("/api/v3/klines"))
            .willReturn(aResponse().withStatus(429).withHeader("Retry-After", "7")));
    feed = connect(patience());

    assertThatThrownBy(() -> feed.history(0, 5))
        .isInstanceOf(FeedAwayException.class)
        .hasMessageContaining("429");
    assertThatThrownBy(() -> feed.history(0, 5)).hasMessageContaining("asked to wait");
    rest.verify(1, getRequestedFor(urlPathEqualTo("/api/v3/klines")));
  }

  @Test
  void warmsUpWithClosedBarsOverSeveralPages() {
    long last = NOW / MINUTE;
    rest.stubFor(
        get(urlPathEqualTo("/api/v3/klines"))
            .atPriority(5)
            .willReturn(
                okJson("[" + kline(last - 2) + "," + kline(last - 1) + "," + kline(last) + "]")));
    rest.stubFor(
        get(urlPathEqualTo("/api/v3/klines"))
            .atPriority(1)
            .withQueryParam("endTime", equalTo(Long.toString((last - 2) * 60_000 - 1)))
            .willReturn(okJson("[" + kline(last - 4) + "," + kline(last - 3) + "]")));
    feed = connect(patience());

    assertThat(feed.history(0, 4))
        .extracting(bar -> bar.openTimeNs() / MINUTE)
        .containsExactly(last - 4, last - 3, last - 2, last - 1);
  }

  @Test
  void isLiveOnceBookAndBarsAreWholeAndNotWhileAnUpdateIsMissing() throws Exception {
    feed = connect(patience());
    feed.start(new long[] {-MINUTE}, events::add, states::add);
    ServerWebSocket socket = nextSocket();
    recorded.stream()
        .filter(line -> line.contains("depthUpdate"))
        .forEach(socket::writeTextMessage);
    waitForPhase(Phase.LIVE);

    socket.writeTextMessage(depth(2_000_000_000_000L, 90_000_000_000L, 90_000_000_001L, "1", "1"));
    assertThat(waitForPhase(Phase.CATCHING_UP).detail()).contains("missing");
  }

  @Test
  void fetchesABarThatTheStreamLeftOut() throws Exception {
    rest.stubFor(
        get(urlPathEqualTo("/api/v3/klines"))
            .withQueryParam("startTime", equalTo("1"))
            .willReturn(okJson("[" + kline(1) + "]")));
    feed = connect(patience());
    feed.start(new long[] {-MINUTE}, events::add, states::add);
    ServerWebSocket socket = nextSocket();
    socket.writeTextMessage(streamedKline(0, true));
    socket.writeTextMessage(streamedKline(2, true));
    List<MarketEvent> heard = new ArrayList<>();
    waitFor(heard, all -> count(all, Bar.class) == 3);

    assertThat(heard.stream().filter(Bar.class::isInstance).map(Bar.class::cast))
        .extracting(bar -> bar.openTimeNs() / MINUTE)
        .containsExactly(0L, 1L, 2L);
  }

  @Test
  void saysWhereItIsAwayAndWhy() {
    BinanceConnection patience = patience();
    rest.stop();
    assertThatThrownBy(() -> connect(patience))
        .isInstanceOf(FeedAwayException.class)
        .hasMessageContaining("127.0.0.1")
        .hasMessageContaining("refused");
  }

  @Test
  void saysWhichSymbolIsUnknown() {
    assertThatThrownBy(
            () -> BinanceMarketData.connect(around(), patience(), List.of("BTCUSDT", "NOPE")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NOPE");
  }

  private FeedState waitForPhase(Phase phase) throws InterruptedException {
    while (true) {
      FeedState state = states.poll(20, TimeUnit.SECONDS);
      assertThat(state).as("a state %s", phase).isNotNull();
      if (state.phase() == phase) {
        return state;
      }
    }
  }

  private BinanceMarketData connect(BinanceConnection connection) {
    return BinanceMarketData.connect(around(), connection, List.of("btcusdt"));
  }

  private BinanceMarketData.Surroundings around() {
    return new BinanceMarketData.Surroundings(vertx, () -> NOW, new Random(1));
  }

  private BinanceConnection patience() {
    return new BinanceConnection(
        URI.create(rest.baseUrl()),
        URI.create("ws://127.0.0.1:" + streams.actualPort()),
        Duration.ofHours(23),
        Duration.ofSeconds(60),
        Duration.ofMillis(5),
        Duration.ofMillis(20));
  }

  private ServerWebSocket nextSocket() throws InterruptedException {
    ServerWebSocket socket = accepted.poll(20, TimeUnit.SECONDS);
    assertThat(socket).as("a connection").isNotNull();
    return socket;
  }

  private void waitFor(List<MarketEvent> heard, Predicate<List<MarketEvent>> enough)
      throws InterruptedException {
    while (!enough.test(heard)) {
      MarketEvent event = events.poll(20, TimeUnit.SECONDS);
      assertThat(event).as("one more event after %d", heard.size()).isNotNull();
      heard.add(event);
    }
  }

  /** After the last recorded update: the book that the updates and the snapshot give. */
  private boolean bookIsLikeRecorded(List<MarketEvent> heard) {
    List<BookChange> expected = new ArrayList<>();
    BinanceBook book = new BinanceBook(0);
    BinanceMessages messages = new BinanceMessages();
    try {
      for (String line : recorded) {
        switch (messages.read(line)) {
          case BinanceMessage.DepthUpdate update ->
              book.update(update, 0, change -> expected.add((BookChange) change));
          case BinanceMessage.DepthSnapshot snapshot ->
              book.snapshot(snapshot, 0, change -> expected.add((BookChange) change));
          default -> {
            // Only the book is compared here.
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    List<MarketEvent> changes = heard.stream().filter(BookChange.class::isInstance).toList();
    return changes.size() == expected.size() && texts(changes).equals(texts(List.copyOf(expected)));
  }

  private static long count(List<MarketEvent> all, Class<? extends MarketEvent> type) {
    return all.stream().filter(type::isInstance).count();
  }

  private static List<String> texts(List<MarketEvent> all) {
    return all.stream()
        .filter(BookChange.class::isInstance)
        .map(BookChange.class::cast)
        .map(
            change ->
                change.side()
                    + " "
                    + E8.format(change.priceE8())
                    + "="
                    + E8.format(change.quantityE8())
                    + (change.last() ? "." : ""))
        .toList();
  }

  private String snapshot() {
    return recorded.stream()
        .filter(line -> line.contains("lastUpdateId"))
        .findFirst()
        .orElseThrow();
  }

  private static String book(long id, String bid) {
    return "{\"lastUpdateId\":"
        + id
        + ",\"bids\":[[\""
        + bid
        + "\",\"1\"]],\"asks\":[[\"99\",\"1\"]]}";
  }

  private static String depth(long ms, long first, long last, String price, String quantity) {
    return "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":"
        + ms
        + ",\"s\":\"BTCUSDT\",\"U\":"
        + first
        + ",\"u\":"
        + last
        + ",\"b\":[[\""
        + price
        + "\",\""
        + quantity
        + "\"]],\"a\":[]}}";
  }

  private static String trade(long id) {
    return "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":60001,\"s\":\"BTCUSDT\","
        + "\"t\":"
        + id
        + ",\"p\":\"10\",\"q\":\"1\",\"T\":1,\"m\":false}}";
  }

  private static String streamedKline(long minute, boolean closed) {
    return "{\"stream\":\"btcusdt@kline_1m\",\"data\":{\"e\":\"kline\",\"E\":1,\"s\":\"BTCUSDT\","
        + "\"k\":{\"t\":"
        + minute * 60_000
        + ",\"T\":"
        + (minute * 60_000 + 59_999)
        + ",\"s\":\"BTCUSDT\",\"i\":\"1m\",\"o\":\"1\",\"c\":\"1\",\"h\":\"1\",\"l\":\"1\","
        + "\"v\":\"0\",\"x\":"
        + closed
        + "}}}";
  }

  private static String kline(long minute) {
    long open = minute == 99 ? NOW / 1_000_000 : minute * 60_000;
    return "["
        + open
        + ",\"1\",\"1\",\"1\",\"1\",\"0\","
        + (open + 59_999)
        + ",\"0\",0,\"0\",\"0\",\"0\"]";
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = BinanceMarketDataTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
