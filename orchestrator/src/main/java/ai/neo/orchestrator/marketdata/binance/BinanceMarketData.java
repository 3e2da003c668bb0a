package ai.neo.orchestrator.marketdata.binance;

import ai.neo.orchestrator.marketdata.FeedAwayException;
import ai.neo.orchestrator.marketdata.LiveMarketData;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.TimeSource;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Public live data of Binance Spot: closed 1-minute bars, trades, best quotes, and order books held
 * by the venue's procedure. No key is needed.
 *
 * <p>The connection is replaced when it is lost, silent, or close to the 24 hours that the venue
 * allows. After that the book is emptied and said anew, bars that were missed are fetched, and
 * nothing is said twice; trades and quotes of the time between are lost. A bar's time is its close,
 * while it is heard a moment later, so that trades of the next minute may have come before it.
 *
 * <p>Any thread may call; events are said on one event loop of Vert.x.
 */
public final class BinanceMarketData implements LiveMarketData {
  private static final long ANSWER_WITHIN_S = 30;

  private final Context context;
  private final BinanceConnection connection;
  private final BinanceRest rest;
  private final TimeSource time;
  private final RandomGenerator random;
  private final Vertx vertx;
  private final List<Instrument> instruments;
  private BinanceStream stream;
  private boolean closed;

  private BinanceMarketData(
      Surroundings around,
      BinanceConnection connection,
      BinanceRest rest,
      List<Instrument> instruments) {
    this.vertx = around.vertx();
    this.time = around.time();
    this.random = around.random();
    this.context = vertx.getOrCreateContext();
    this.connection = connection;
    this.rest = rest;
    this.instruments = List.copyOf(instruments);
  }

  /**
   * What the feed needs of the process.
   *
   * @param vertx carries its connections; stays open when the feed closes
   * @param time tells which bars are over
   * @param random spreads the pauses between tries
   */
  public record Surroundings(Vertx vertx, TimeSource time, RandomGenerator random) {}

  /**
   * Asks Binance for the instruments' rules. Blocks; not for an event loop.
   *
   * @throws IllegalArgumentException if Binance does not know a symbol
   * @throws FeedAwayException if Binance does not answer
   */
  public static BinanceMarketData connect(
      Surroundings around, BinanceConnection connection, List<String> symbols) {
    if (symbols.isEmpty()) {
      throw new IllegalArgumentException("symbols is empty, expected at least one");
    }
    List<String> names =
        symbols.stream().map(symbol -> symbol.toUpperCase(Locale.ROOT)).distinct().toList();
    BinanceRest rest = new BinanceRest(around.vertx(), connection.rest());
    try {
      return new BinanceMarketData(
          around, connection, rest, await(rest.instruments(names), connection));
    } catch (RuntimeException e) {
      rest.close();
      throw e;
    }
  }

  private static <T> T await(Future<T> answer, BinanceConnection connection) {
    try {
      return answer
          .toCompletionStage()
          .toCompletableFuture()
          .get(ANSWER_WITHIN_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IllegalArgumentException known) {
        throw known;
      }
      throw away(connection, reason(e.getCause()), e);
    } catch (TimeoutException e) {
      throw away(connection, "no answer within " + ANSWER_WITHIN_S + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(connection, "interrupted while it was asked", e);
    }
  }

  private static FeedAwayException away(BinanceConnection connection, String why, Exception e) {
    return new FeedAwayException("Binance is away at " + connection.rest() + ": " + why, e);
  }

  /** Some exceptions of the network carry no text of their own. */
  private static String reason(Throwable cause) {
    if (cause instanceof UnknownHostException) {
      return "the host name is not known here";
    }
    return cause instanceof BinanceRest.RestFailure && cause.getMessage() != null
        ? cause.getMessage()
        : cause.getClass().getSimpleName()
            + (cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")");
  }

  @Override
  public List<Instrument> instruments() {
    return instruments;
  }

  @Override
  public List<Bar> history(int instrument, int bars) {
    if (bars <= 0) {
      throw new IllegalArgumentException("bars=" + bars + ", expected above zero");
    }
    return await(rest.closedCandles(instruments.get(instrument), bars, time.nowNs()), connection);
  }

  @Override
  public synchronized void start(
      long[] barsAfterNs, Consumer<MarketEvent> events, Consumer<FeedState> states) {
    if (stream != null || closed) {
      throw new IllegalStateException(closed ? "the feed is closed" : "the feed runs already");
    }
    if (barsAfterNs.length != instruments.size()) {
      throw new IllegalArgumentException(
          "bars_after_ns for " + barsAfterNs.length + " of " + instruments.size() + " instruments");
    }
    BinanceStream started =
        new BinanceStream(
            new BinanceStream.Parts(vertx, connection, rest, time, random),
            instruments.stream()
                .map(instrument -> new SymbolFeed(instrument, barsAfterNs[instrument.id()], events))
                .toList(),
            states);
    stream = started;
    context.runOnContext(_ -> started.open());
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    BinanceStream running = stream;
    if (running == null) {
      rest.close();
      return;
    }
    // On its own thread, and in this order: until it is closed it may ask for a snapshot.
    context.runOnContext(
        _ -> {
          running.close();
          rest.close();
        });
  }
}
