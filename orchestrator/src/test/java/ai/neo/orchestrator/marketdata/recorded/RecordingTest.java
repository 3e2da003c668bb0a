package ai.neo.orchestrator.marketdata.recorded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.orchestrator.marketdata.recorded.Recording.Selection;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  private static final Path SAMPLE = Path.of("..", "data", "sample");

  @TempDir Path folder;

  @Test
  void theSampleIsInTimeOrderAndNoBarIsBothTrainedAndTraded() {
    Recording recording = Recording.sample(SAMPLE, Selection.all());
    assertThat(recording.instruments())
        .containsExactly(
            new Instrument(0, "BTCUSDT", "binance", 1_000_000, 100, 1_000_000_000),
            new Instrument(1, "ETHUSDT", "binance", 1_000_000, 10_000, 1_000_000_000));
    for (int id = 0; id < 2; id++) {
      Set<Long> trained = new HashSet<>();
      recording.trainingBars(id).forEach(bar -> trained.add(bar.timeNs()));
      long lastTrained = recording.trainingBars(id).getLast().timeNs();
      assertThat(trained).hasSizeGreaterThan(5000);
      assertThat(recording.open().info(id).fromNs()).isGreaterThan(lastTrained);
    }
    List<MarketEvent> events = events(recording);
    assertThat(events).isSortedAccordingTo((a, b) -> Long.compare(a.timeNs(), b.timeNs()));
    assertThat(events.stream().filter(Bar.class::isInstance)).hasSize(85_780);
  }

  @Test
  void theBookOfTheSampleIsNeverCrossed() {
    TreeMap<Long, Long> bids = new TreeMap<>();
    TreeMap<Long, Long> asks = new TreeMap<>();
    int messages = 0;
    for (MarketEvent event : events(Recording.sample(SAMPLE, Selection.all()))) {
      if (event instanceof BookChange change) {
        TreeMap<Long, Long> side = change.side() == Side.BUY ? bids : asks;
        if (change.quantityE8() == 0) {
          side.remove(change.priceE8());
        } else {
          side.put(change.priceE8(), change.quantityE8());
        }
        if (change.last()) {
          messages++;
          assertThat(bids.lastKey()).isLessThan(asks.firstKey());
        }
      }
    }
    assertThat(messages).isGreaterThan(1000);
  }

  @Test
  void severalFilesAreSeveralInstruments() throws IOException {
    Recording recording =
        read(write("AAA.csv", 0, 400, 60), write("BBB.csv", 0, 400, 60), Selection.all());

    assertThat(recording.instruments())
        .extracting(Instrument::symbol)
        .containsExactly("AAA", "BBB");
    assertThat(events(recording)).extracting(MarketEvent::instrument).startsWith(0, 1, 0, 1);
    assertThat(recording.descriptions().getFirst()).contains("seconds since 1970, zone UTC");
  }

  @Test
  void filesOfOneSymbolThatFollowEachOtherAreOneInstrument() throws IOException {
    Recording recording =
        read(write("AAA-2.csv", 400, 800, 60), write("AAA-1.csv", 0, 400, 60), Selection.all());

    assertThat(recording.instruments()).hasSize(1);
    assertThat(recording.trainingBars(0)).hasSize(200);
    assertThat(events(recording)).hasSize(800 - 200 - 120);
  }

  @Test
  void filesOfOneSymbolThatDoNotFitAreRefused() throws IOException {
    Path file = write("AAA-1.csv", 0, 400, 60);
    Path overlapping = write("AAA-2.csv", 399, 800, 60);
    Path longer = write("AAA-3.csv", 1000, 1400, 300);

    assertThatThrownBy(() -> read(file, overlapping, Selection.all()))
        .isInstanceOf(BadMarketDataException.class)
        .hasMessageContaining("AAA-2.csv")
        .hasMessageContaining("overlaps");
    assertThatThrownBy(() -> read(file, longer, Selection.all()))
        .isInstanceOf(BadMarketDataException.class)
        .hasMessageContaining("bars of 5 min");
  }

  @Test
  void aSelectionThatLeavesNothingSaysWhatThereIs() {
    assertThatThrownBy(
            () ->
                Recording.sample(
                    SAMPLE,
                    new Selection(Set.of("BTCUSDT"), OptionalLong.empty(), OptionalLong.of(1))))
        .hasMessageContaining("nothing is left to trade")
        .hasMessageContaining("BTCUSDT from 2021-04-28");
    assertThatThrownBy(
            () ->
                Recording.sample(
                    SAMPLE,
                    new Selection(Set.of("DOGE"), OptionalLong.empty(), OptionalLong.empty())))
        .hasMessage("no data for DOGE; there is BTCUSDT, ETHUSDT");
    assertThatThrownBy(
            () -> read(folder.resolve("x.csv"), folder.resolve("y.csv"), Selection.all()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no such file");
  }

  @Test
  void aCaptureWithAMissingUpdateIsRefused() throws IOException {
    Path file = folder.resolve("capture.txt");
    Files.writeString(
        file,
        "5 {\"lastUpdateId\":2,\"bids\":[[\"10\",\"1\"]],\"asks\":[[\"11\",\"1\"]]}\n"
            + depth(1000, 1, 3)
            + depth(1100, 4, 4));
    assertThat(BookCapture.read(file, 0)).hasSize(4);
    Files.writeString(
        file,
        depth(1000, 1, 3)
            + "5 {\"lastUpdateId\":2,\"bids\":[[\"10\",\"1\"]],\"asks\":[[\"11\",\"1\"]]}\n"
            + depth(1100, 5, 6));
    assertThatThrownBy(() -> BookCapture.read(file, 0))
        .isInstanceOf(BadMarketDataException.class)
        .hasMessageContaining("line 3")
        .hasMessageContaining("missing");
  }

  private static Recording read(Path one, Path other, Selection selection) {
    return Recording.files(List.of(one, other), ZoneOffset.UTC, selection);
  }

  private static List<MarketEvent> events(Recording recording) {
    List<MarketEvent> events = new ArrayList<>();
    var data = recording.open();
    for (Optional<MarketEvent> event = data.next(); event.isPresent(); event = data.next()) {
      events.add(event.get());
    }
    return events;
  }

  private Path write(String name, int from, int to, int seconds) throws IOException {
    StringBuilder text = new StringBuilder("time,open,high,low,close,volume\n");
    for (int bar = from; bar < to; bar++) {
      text.append(1_700_000_000L + (long) bar * seconds).append(",12,13,11,12,5\n");
    }
    return Files.writeString(folder.resolve(name), text);
  }

  private static String depth(long ms, long first, long last) {
    return "1 {\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":"
        + ms
        + ",\"s\":\"BTCUSDT\",\"U\":"
        + first
        + ",\"u\":"
        + last
        + ",\"b\":[[\"9\",\"1\"]],\"a\":[]}}\n";
  }
}
