package ai.neo.orchestrator.marketdata.recorded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.orchestrator.marketdata.RecordingInfo;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Side;
import ai.neo.tradingtypes.Trade;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedFilesTest {
  private static final long MINUTE = 60_000_000_000L;
  private static final Path SAMPLE = Path.of("..", "data", "sample");

  @TempDir Path folder;

  @Test
  void theSampleIsWhatItsListSays() throws IOException, NoSuchAlgorithmException {
    for (SampleCatalog.Entry entry : SampleCatalog.read(SAMPLE).entries()) {
      byte[] bytes = Files.readAllBytes(SAMPLE.resolve(entry.file()));
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      assertThat(String.format("%064x", new BigInteger(1, digest)))
          .as(entry.file())
          .isEqualTo(entry.sha256());
    }
  }

  @Test
  void mergesTheSampleIntoOneSequenceInTimeOrder() {
    SampleCatalog sample = SampleCatalog.read(SAMPLE);
    List<MarketEvent> events;
    try (RecordedMarketData data = RecordedFiles.open(sample, RecordingSelection.all())) {
      assertThat(data.instruments()).extracting("symbol").containsExactly("BTCUSDT", "ETHUSDT");
      events = drain(data);
      assertThat(data.next()).isEmpty();

      RecordingInfo bitcoin = data.info(0);
      assertThat(bitcoin.intervalNs()).isEqualTo(MINUTE);
      assertThat(bitcoin.hasBook()).isTrue();
      assertThat(bitcoin.events())
          .isEqualTo(events.stream().filter(event -> event.instrument() == 0).count());
      RecordingInfo ether = data.info(1);
      assertThat(ether.events()).isEqualTo(71_769);
      assertThat(ether.intervalNs()).isEqualTo(5 * MINUTE);
      assertThat(ether.fromNs()).isEqualTo(ns("2024-01-01T00:05:00Z"));
      assertThat(ether.toNs()).isEqualTo(ns("2024-09-06T04:45:00Z"));
    }
    long stepsBack = 0;
    for (int at = 1; at < events.size(); at++) {
      stepsBack += events.get(at).timeNs() < events.get(at - 1).timeNs() ? 1 : 0;
    }
    assertThat(stepsBack).isZero();
    assertThat(events.stream().filter(Trade.class::isInstance).count()).isEqualTo(9_757);
    assertThat(events.stream().filter(Bar.class::isInstance).count())
        .isEqualTo(42_915 + 71_769 + 5);
    assertThat(events.getFirst())
        .isEqualTo(
            new Bar(
                0,
                1_618_951_320_000_000_000L,
                1_618_951_380_000_000_000L,
                E8.parse("56738.76"),
                E8.parse("56840.3"),
                E8.parse("56733.23"),
                E8.parse("56813.98"),
                E8.parse("50.9752")));
  }

  @Test
  void rebuildsTheBookOfTheWindowInStepWithTheQuotes() {
    SampleCatalog sample = SampleCatalog.read(SAMPLE);
    TreeMap<Long, Long> bids = new TreeMap<>();
    TreeMap<Long, Long> asks = new TreeMap<>();
    List<MarketEvent> events;
    long from = ns("2024-08-08T23:56:00Z");
    RecordingSelection selection =
        new RecordingSelection(Set.of("BTCUSDT"), OptionalLong.of(from), OptionalLong.empty());
    try (RecordedMarketData data = RecordedFiles.open(sample, selection)) {
      events = drain(data);
    }
    assertThat(events.getFirst().timeNs()).isGreaterThanOrEqualTo(from);
    Deque<Long> recentBids = new ArrayDeque<>();
    int agreed = 0;
    int seen = 0;
    int crossed = 0;
    for (MarketEvent event : events) {
      if (event instanceof BookChange change) {
        TreeMap<Long, Long> side = change.side() == Side.BUY ? bids : asks;
        if (change.quantityE8() == 0) {
          side.remove(change.priceE8());
        } else {
          side.put(change.priceE8(), change.quantityE8());
        }
        if (change.last()) {
          seen++;
          crossed += bids.lastKey() >= asks.firstKey() ? 1 : 0;
          agreed += recentBids.contains(bids.lastEntry().getValue()) ? 1 : 0;
        }
      } else if (event instanceof Quote quote) {
        recentBids.addLast(quote.bidQuantityE8());
        if (recentBids.size() > 100) {
          recentBids.removeFirst();
        }
      }
    }
    assertThat(crossed).isZero();
    assertThat(bids).hasSizeGreaterThan(900);
    // The quotes come apart from the book and faster, so that the best bid of the book, to its
    // quantity, is one of the last quotes. What is not is the first message and a few rushes.
    assertThat(agreed).isGreaterThan(seen * 95 / 100);
  }

  @Test
  void makesBarsOfTheTradesOfWholeMinutesOnly() {
    DataFile capture = SampleCatalog.read(SAMPLE).files().get(2);
    List<MarketEvent> events;
    try (RecordedMarketData data =
        RecordedFiles.open(List.of(capture), RecordingSelection.all())) {
      events = drain(data);
    }
    List<Bar> bars = events.stream().filter(Bar.class::isInstance).map(Bar.class::cast).toList();
    assertThat(bars).extracting(Bar::openTimeNs).first().isEqualTo(ns("2024-08-08T23:55:00Z"));
    assertThat(bars).extracting(Bar::closeTimeNs).last().isEqualTo(ns("2024-08-09T00:00:00Z"));
    for (Bar bar : bars) {
      List<Trade> trades =
          events.stream()
              .filter(Trade.class::isInstance)
              .map(Trade.class::cast)
              .filter(trade -> trade.timeNs() >= bar.openTimeNs())
              .filter(trade -> trade.timeNs() < bar.closeTimeNs())
              .toList();
      assertThat(bar.openE8()).isEqualTo(trades.getFirst().priceE8());
      assertThat(bar.closeE8()).isEqualTo(trades.getLast().priceE8());
      assertThat(bar.highE8())
          .isEqualTo(trades.stream().mapToLong(Trade::priceE8).max().orElseThrow());
      assertThat(bar.lowE8())
          .isEqualTo(trades.stream().mapToLong(Trade::priceE8).min().orElseThrow());
      assertThat(bar.volumeE8()).isEqualTo(trades.stream().mapToLong(Trade::quantityE8).sum());
    }
  }

  @Test
  void keepsTrainingAndTradingApart() {
    SampleCatalog sample = SampleCatalog.read(SAMPLE);
    SplitRecording split =
        RecordedFiles.openSplit(sample, RecordingSelection.all(), TrainingSplit.DEFAULT);
    Set<Long> trained = new HashSet<>();
    for (int instrument = 0; instrument < 2; instrument++) {
      List<Bar> training = split.training().get(instrument);
      assertThat(training).hasSizeGreaterThan(5_000)
          .isSortedAccordingTo(Comparator.comparingLong(Bar::openTimeNs));
      for (Bar bar : training) {
        trained.add(bar.openTimeNs() * 2 + instrument);
      }
      long length = training.getLast().closeTimeNs() - training.getFirst().openTimeNs();
      assertThat(length).isLessThanOrEqualTo(60L * 24 * 60 * MINUTE);
    }
    long[] last =
        split.training().stream().mapToLong(bars -> bars.getLast().closeTimeNs()).toArray();
    long traded = 0;
    long inBoth = 0;
    long tooEarly = 0;
    try (RecordedMarketData trading = split.trading()) {
      for (MarketEvent event : drain(trading)) {
        if (event instanceof Bar bar) {
          traded++;
          long gap = bar.instrument() == 0 ? 60 * MINUTE : 300 * MINUTE;
          inBoth += trained.contains(bar.openTimeNs() * 2 + bar.instrument()) ? 1 : 0;
          tooEarly += bar.closeTimeNs() <= last[bar.instrument()] + gap ? 1 : 0;
        }
      }
    }
    assertThat(inBoth).isZero();
    assertThat(tooEarly).isZero();
    assertThat(traded).isGreaterThan(75_000);
  }

  @Test
  void findsHistoryBySymbolAndTime() {
    List<Bar> bars =
        Histories.of(SampleCatalog.read(SAMPLE).files(), RecordingSelection.all())
            .bars("ETHUSDT", ns("2024-02-01T00:05:00Z"), ns("2024-02-02T00:05:00Z"));

    assertThat(bars).hasSize(288);
    assertThat(bars.getFirst().openTimeNs()).isEqualTo(ns("2024-02-01T00:00:00Z"));
    assertThat(bars.getFirst().instrument()).isEqualTo(1);
  }

  @Test
  void putsEventsOfOneTimeInTheOrderOfInstruments() throws IOException {
    DataFile second = candles("B.csv", 120, 180, 240);
    DataFile first = candles("A.csv", 60, 120, 180);
    try (RecordedMarketData data =
        RecordedFiles.open(List.of(first, second), RecordingSelection.all())) {
      assertThat(drain(data))
          .extracting(event -> event.timeNs() / MINUTE + "/" + event.instrument())
          .containsExactly("26982524/0", "26982525/0", "26982525/1", "26982526/0", "26982526/1",
              "26982527/1");
    }
  }

  @Test
  void emptiesTheBookAtAGapAndResumesAtTheNextSnapshot() throws IOException {
    Path file = folder.resolve("capture.txt");
    Files.writeString(
        file,
        depth(1000, 1, 2, "[[\"10\",\"1\"]]")
            + "5 {\"lastUpdateId\":2,\"bids\":[[\"10\",\"1\"],[\"9\",\"2\"]],\"asks\":[[\"11\",\"1\"]]}\n"
            + depth(1100, 3, 4, "[[\"10\",\"0\"]]")
            + depth(1200, 7, 8, "[[\"8\",\"5\"]]")
            + "9 {\"lastUpdateId\":8,\"bids\":[[\"8\",\"5\"]],\"asks\":[[\"12\",\"1\"]]}\n"
            + depth(1150, 9, 9, "[[\"7\",\"1\"]]"));
    DataFile capture =
        new DataFile.BinanceCapture(
            file, new InstrumentTerms("BTCUSDT", "binance", 1_000_000, 1_000, 0), MINUTE);
    List<MarketEvent> events;
    try (RecordedMarketData data =
        RecordedFiles.open(List.of(capture), RecordingSelection.all())) {
      events = drain(data);
    }
    assertThat(events)
        .extracting(RecordedFilesTest::shortText)
        .containsExactly(
            "1000 BUY 10=1", "1000 BUY 9=2", "1000 SELL 11=1.",
            "1100 BUY 10=0.",
            "1200 BUY 9=0", "1200 SELL 11=0.",
            "1200 BUY 8=5", "1200 SELL 12=1.",
            "1200 BUY 7=1.");
  }

  @Test
  void namesTheSymbolsThatThereAre() {
    RecordingSelection selection =
        new RecordingSelection(Set.of("DOGE"), OptionalLong.empty(), OptionalLong.empty());
    assertThatThrownBy(() -> RecordedFiles.open(SampleCatalog.read(SAMPLE), selection))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("DOGE")
        .hasMessageContaining("BTCUSDT, ETHUSDT");
  }

  private DataFile candles(String name, long... seconds) throws IOException {
    StringBuilder text = new StringBuilder();
    for (long second : seconds) {
      text.append(1_618_951_320L + second).append(",1,1,1,1,1\n");
    }
    return CandleFiles.recognise(Files.writeString(folder.resolve(name), text.toString()))
        .dataFile("file");
  }

  private static String depth(long ms, long first, long last, String bids) {
    return "1 {\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":" + ms
        + ",\"s\":\"BTCUSDT\",\"U\":" + first + ",\"u\":" + last + ",\"b\":" + bids
        + ",\"a\":[]}}\n";
  }

  private static String shortText(MarketEvent event) {
    BookChange change = (BookChange) event;
    return change.timeNs() / 1_000_000 + " " + change.side() + " "
        + E8.format(change.priceE8()) + "=" + E8.format(change.quantityE8())
        + (change.last() ? "." : "");
  }

  private static long ns(String time) {
    return Instant.parse(time).getEpochSecond() * 1_000_000_000L;
  }

  private static List<MarketEvent> drain(RecordedMarketData data) {
    List<MarketEvent> events = new ArrayList<>();
    Optional<MarketEvent> next = data.next();
    while (next.isPresent()) {
      events.add(next.get());
      next = data.next();
    }
    return events;
  }
}
