package ai.neo.orchestrator.marketdata.binance;

import ai.neo.orchestrator.marketdata.LiveMarketData.FeedState;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.TimeSource;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One combined stream, opened again whenever it is lost. Runs on one event loop; each method is
 * called there.
 */
final class BinanceStream {
  /** An update of a wild minute has some 100 kB. */
  private static final int LARGEST_MESSAGE = 8 << 20;

  private static final long NS_PER_MS = 1_000_000L;

  /**
   * A fetched bar counts as closed so long after its close, as our clock may be ahead of the
   * venue's. The stream says by itself when a bar has closed.
   */
  private static final long CLOCKS_DIFFER_NS = 2_000_000_000L;

  private final Parts parts;
  private final WebSocketClient client;
  private final Map<String, SymbolFeed> feeds = new HashMap<>();
  private final List<SymbolFeed> inOrder;
  private final Consumer<FeedState> states;
  private final BinanceMessages messages = new BinanceMessages();
  private final RetryPause reopening;
  private final RetryPause asking;
  private final Set<SymbolFeed> asked = new HashSet<>();
  private final Set<Long> timers = new HashSet<>();

  /** Counts connections, so that answers meant for an earlier one are not taken. */
  private long life;

  private WebSocket socket;
  private long openedAtNs;
  private long lastFrameAtNs;
  private boolean closed;
  private boolean saidLive;

  record Parts(
      Vertx vertx,
      BinanceConnection connection,
      BinanceRest rest,
      TimeSource time,
      RandomGenerator random) {}

  BinanceStream(Parts parts, List<SymbolFeed> feeds, Consumer<FeedState> states) {
    this.parts = parts;
    this.states = states;
    this.inOrder = List.copyOf(feeds);
    BinanceConnection connection = parts.connection();
    this.reopening =
        new RetryPause(connection.firstRetry(), connection.longestRetry(), parts.random());
    this.asking =
        new RetryPause(connection.firstRetry(), connection.longestRetry(), parts.random());
    this.client =
        parts
            .vertx()
            .createWebSocketClient(
                new WebSocketClientOptions()
                    .setMaxFrameSize(LARGEST_MESSAGE)
                    .setMaxMessageSize(LARGEST_MESSAGE)
                    .setConnectTimeout(10_000));
    for (SymbolFeed feed : feeds) {
      this.feeds.put(feed.instrument().symbol(), feed);
    }
  }

  private String address() {
    StringBuilder streams = new StringBuilder(parts.connection().streams() + "/stream?streams=");
    String separator = "";
    for (SymbolFeed feed : inOrder) {
      String name = feed.instrument().symbol().toLowerCase(Locale.ROOT);
      streams.append(separator).append(name).append("@kline_1m/").append(name).append("@trade/");
      streams.append(name).append("@depth@100ms/").append(name).append("@bookTicker");
      separator = "/";
    }
    return streams.toString();
  }

  void open() {
    if (closed) {
      return;
    }
    long opening = ++life;
    client
        .connect(new WebSocketConnectOptions().setAbsoluteURI(address()))
        .onSuccess(opened -> opened(opening, opened))
        .onFailure(e -> lost(opening, "no connection to Binance: " + e.getMessage()));
  }

  private void opened(long opening, WebSocket opened) {
    if (closed || opening != life) {
      opened.close();
      return;
    }
    socket = opened;
    openedAtNs = System.nanoTime();
    lastFrameAtNs = openedAtNs;
    // Vert.x answers pings by itself; they count as a sign of life.
    opened.frameHandler(_ -> lastFrameAtNs = System.nanoTime());
    opened.textMessageHandler(text -> hear(opening, text));
    opened.exceptionHandler(e -> lost(opening, "the connection broke: " + e.getMessage()));
    opened.closeHandler(_ -> lost(opening, "Binance closed the connection"));
    BinanceConnection connection = parts.connection();
    later(
        connection.longestLife().toMillis(), opening, () -> lost(opening, "replaced, as planned"));
    watch(opening);
    catchingUp("connected to " + connection.streams());
    inOrder.forEach(feed -> fetchMissedBars(opening, feed));
  }

  private void watch(long opening) {
    long allowedMs = parts.connection().longestSilence().toMillis();
    later(
        Math.max(1, allowedMs / 4),
        opening,
        () -> {
          long silentMs = (System.nanoTime() - lastFrameAtNs) / NS_PER_MS;
          if (silentMs >= allowedMs) {
            lost(opening, "nothing heard for " + silentMs + " ms");
          } else {
            watch(opening);
          }
        });
  }

  /** Does something later, unless the connection is another one by then. */
  private void later(long ms, long opening, Runnable what) {
    long[] timer = new long[1];
    timer[0] =
        parts
            .vertx()
            .setTimer(
                ms,
                id -> {
                  timers.remove(id);
                  if (!closed && opening == life) {
                    what.run();
                  }
                });
    timers.add(timer[0]);
  }

  private void lost(long opening, String why) {
    if (closed || opening != life) {
      return;
    }
    life++;
    release();
    inOrder.forEach(SymbolFeed::disconnected);
    // Only a connection that held for a while ends the doubling: one that is refused after the
    // first message must not be tried every second.
    long livedMs = (System.nanoTime() - openedAtNs) / NS_PER_MS;
    if (openedAtNs != 0 && livedMs >= parts.connection().longestRetry().toMillis()) {
      reopening.reset();
    }
    openedAtNs = 0;
    long pauseMs = reopening.nextMs();
    states.accept(new FeedState(FeedState.Phase.LOST, why + "; next try in " + pauseMs + " ms"));
    later(pauseMs, life, this::open);
  }

  private void release() {
    timers.forEach(parts.vertx()::cancelTimer);
    timers.clear();
    asked.clear();
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }

  private void hear(long opening, String text) {
    if (closed || opening != life) {
      return;
    }
    BinanceMessage message;
    try {
      message = messages.read(text);
    } catch (IOException | IllegalArgumentException e) {
      lost(opening, "a message that cannot be read: " + e.getMessage());
      return;
    }
    try {
      take(opening, message);
    } catch (IllegalArgumentException e) {
      lost(opening, "a message that cannot be true: " + e.getMessage());
    }
  }

  private void take(long opening, BinanceMessage message) {
    switch (message) {
      case BinanceMessage.DepthUpdate update -> {
        SymbolFeed feed = feeds.get(update.symbol());
        if (feed != null) {
          takeDepth(opening, feed, feed.depth(update));
        }
      }
      case BinanceMessage.TradeSeen trade -> {
        SymbolFeed feed = feeds.get(trade.symbol());
        if (feed != null) {
          feed.trade(trade);
        }
      }
      case BinanceMessage.BestQuote quote -> {
        SymbolFeed feed = feeds.get(quote.symbol());
        if (feed != null) {
          feed.quote(quote);
        }
      }
      case BinanceMessage.Candle candle -> {
        SymbolFeed feed = feeds.get(candle.symbol());
        if (feed != null) {
          if (feed.candle(candle)) {
            fetchMissedBars(opening, feed);
          }
        }
      }
      case BinanceMessage.ShutdownNotice _ -> lost(opening, "Binance is about to close");
      case BinanceMessage.DepthSnapshot _, BinanceMessage.Unrelated _ -> {
        // Snapshots are asked for over REST; the rest is not about the market.
      }
    }
  }

  private void takeDepth(long opening, SymbolFeed feed, BinanceBook.Outcome outcome) {
    switch (outcome) {
      case GAP -> {
        catchingUp(feed.instrument().symbol() + ": a book update is missing; resync");
        askForSnapshot(opening, feed);
      }
      case WAITING -> askForSnapshot(opening, feed);
      case APPLIED, OLD, SNAPSHOT_TOO_OLD -> {
        // In step, or handled where the snapshot is taken.
      }
    }
  }

  /** One snapshot at a time for each book. */
  private void askForSnapshot(long opening, SymbolFeed feed) {
    if (!asked.add(feed)) {
      return;
    }
    parts
        .rest()
        .snapshot(feed.instrument().symbol())
        .onSuccess(
            snapshot -> {
              if (!closed && opening == life) {
                takeSnapshot(opening, feed, snapshot);
              }
            })
        .onFailure(e -> askAgain(opening, feed, e));
  }

  private void takeSnapshot(long opening, SymbolFeed feed, BinanceMessage.DepthSnapshot snapshot) {
    BinanceBook.Outcome outcome = feed.snapshot(snapshot);
    if (outcome == BinanceBook.Outcome.APPLIED) {
      asked.remove(feed);
      asking.reset();
      sayWhenWhole();
    } else {
      askAgain(opening, feed, new IOException("the snapshot does not meet the updates"));
    }
  }

  private void askAgain(long opening, SymbolFeed feed, Throwable why) {
    if (closed || opening != life) {
      return;
    }
    long pauseMs = pauseMs(why);
    catchingUp(
        feed.instrument().symbol()
            + ": no book yet: "
            + why.getMessage()
            + "; next try in "
            + pauseMs
            + " ms");
    later(
        pauseMs,
        opening,
        () -> {
          asked.remove(feed);
          askForSnapshot(opening, feed);
        });
  }

  private long pauseMs(Throwable why) {
    long own = asking.nextMs();
    return why instanceof BinanceRest.RestFailure failure
        ? Math.max(own, failure.retryAfterMs())
        : own;
  }

  /** The closed bars since the last one that was said, in as many pages as that takes. */
  private void fetchMissedBars(long opening, SymbolFeed feed) {
    feed.startFetchingBars();
    long fromMs = feed.lastBarOpenNs() / NS_PER_MS + 1;
    parts
        .rest()
        .candles(feed.instrument(), "startTime=" + fromMs, BinanceRest.MOST_CANDLES)
        .onSuccess(bars -> takeMissedBars(opening, feed, bars))
        .onFailure(
            e -> {
              if (!closed && opening == life) {
                long pauseMs = pauseMs(e);
                catchingUp(
                    feed.instrument().symbol()
                        + ": missed bars not fetched: "
                        + e.getMessage()
                        + "; next try in "
                        + pauseMs
                        + " ms");
                later(pauseMs, opening, () -> fetchMissedBars(opening, feed));
              }
            });
  }

  private void takeMissedBars(long opening, SymbolFeed feed, List<Bar> bars) {
    if (closed || opening != life) {
      return;
    }
    long surelyClosedNs = parts.time().nowNs() - CLOCKS_DIFFER_NS;
    List<Bar> closedBars =
        bars.stream().filter(bar -> bar.closeTimeNs() <= surelyClosedNs).toList();
    if (closedBars.size() == BinanceRest.MOST_CANDLES) {
      feed.fetchedSomeBars(closedBars);
      fetchMissedBars(opening, feed);
    } else if (feed.fetchedBars(closedBars)) {
      fetchMissedBars(opening, feed);
    } else {
      sayWhenWhole();
    }
  }

  private void catchingUp(String detail) {
    saidLive = false;
    states.accept(new FeedState(FeedState.Phase.CATCHING_UP, detail));
  }

  private void sayWhenWhole() {
    if (!saidLive && inOrder.stream().allMatch(SymbolFeed::whole)) {
      saidLive = true;
      states.accept(new FeedState(FeedState.Phase.LIVE, "books in step and bars complete"));
    }
  }

  void close() {
    if (closed) {
      return;
    }
    closed = true;
    release();
    client.close();
  }
}
