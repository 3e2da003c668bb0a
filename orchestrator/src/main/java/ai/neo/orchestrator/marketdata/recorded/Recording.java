package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.orchestrator.marketdata.RecordingInfo;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Files of market data, split once and for all: the first part of each instrument's candles is for
 * training and is never traded; the rest is.
 */
public final class Recording {
  /** Share of an instrument's candles that a first model learns from. */
  private static final double TRAINING_SHARE = 0.25;

  /** Bars between the two parts: longer than any label looks ahead. */
  private static final int PURGED_BARS = 120;

  private final List<Instrument> instruments = new ArrayList<>();
  private final List<RecordingInfo> infos = new ArrayList<>();
  private final List<List<Bar>> training = new ArrayList<>();
  private final List<List<MarketEvent>> events = new ArrayList<>();
  private final List<String> summaries = new ArrayList<>();
  private final List<String> descriptions = new ArrayList<>();
  private final List<String> traded = new ArrayList<>();

  /**
   * Which part is wanted.
   *
   * @param symbols empty for all
   */
  public record Selection(Set<String> symbols, OptionalLong fromNs, OptionalLong toNs) {
    /** Everything. */
    public static Selection all() {
      return new Selection(Set.of(), OptionalLong.empty(), OptionalLong.empty());
    }

    private boolean wants(MarketEvent event) {
      return (fromNs.isEmpty() || event.timeNs() >= fromNs.getAsLong())
          && (toNs.isEmpty() || event.timeNs() < toNs.getAsLong());
    }
  }

  private Recording() {}

  /** The bundled sample. */
  public static Recording sample(Path directory, Selection selection) {
    Recording recording = new Recording();
    recording.add(
        CandleSeries.of(CandleFile.read(directory.resolve("BTCUSDT-1m-2021-04_2021-05.csv.gz"))),
        "binance",
        Optional.of(directory.resolve("BTCUSDT-book-2024-08-08.jsonl.gz")),
        selection);
    recording.add(
        CandleSeries.of(CandleFile.read(directory.resolve("ETHUSDT-5m-2024-01_2024-09.csv.gz"))),
        "binance",
        Optional.empty(),
        selection);
    recording.checkNotEmpty(selection, Set.of("BTCUSDT", "ETHUSDT"));
    return recording;
  }

  /**
   * Candle files of one's own. Files of one symbol that follow each other in time feed one
   * instrument; each other file is an instrument.
   *
   * @param zone of times that do not state their own
   */
  public static Recording files(List<Path> files, ZoneId zone, Selection selection) {
    Map<String, CandleSeries> bySymbol = new LinkedHashMap<>();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new IllegalArgumentException("--data " + file + ": there is no such file");
      }
      CandleFile candles = CandleFile.read(file, zone);
      bySymbol.merge(candles.symbol(), CandleSeries.of(candles), CandleSeries::join);
    }
    Recording recording = new Recording();
    for (CandleSeries series : bySymbol.values()) {
      recording.add(series, "file", Optional.empty(), selection);
    }
    recording.checkNotEmpty(selection, bySymbol.keySet());
    return recording;
  }

  private void checkNotEmpty(Selection selection, Set<String> known) {
    Set<String> unknown = new TreeSet<>(selection.symbols());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "no data for "
              + String.join(", ", unknown)
              + "; there is "
              + String.join(", ", new TreeSet<>(known)));
    }
    if (events.stream().allMatch(List::isEmpty)) {
      throw new IllegalArgumentException(
          "nothing is left to trade: --from and --to select no event of what comes after the"
              + " training part: "
              + String.join("; ", traded));
    }
  }

  private void add(CandleSeries series, String venue, Optional<Path> book, Selection selection) {
    if (!selection.symbols().isEmpty() && !selection.symbols().contains(series.symbol())) {
      return;
    }
    int id = instruments.size();
    instruments.add(
        new Instrument(
            id, series.symbol(), venue, series.tickSizeE8(), series.lotSizeE8(), 10 * E8.ONE));
    List<Bar> bars = series.bars();
    int trained = (int) (bars.size() * TRAINING_SHARE);
    training.add(bars.subList(0, trained));
    List<Bar> rest = bars.subList(Math.min(bars.size(), trained + PURGED_BARS), bars.size());
    traded.add(
        series.symbol()
            + (rest.isEmpty()
                ? " has " + bars.size() + " bars, all of them for training or left out after it"
                : " from " + time(rest.getFirst()) + " to " + time(rest.getLast())));
    List<MarketEvent> own = new ArrayList<>();
    for (Bar bar : rest) {
      Bar mine = ofInstrument(bar, id);
      if (selection.wants(mine)) {
        own.add(mine);
      }
    }
    book.ifPresent(
        file -> BookCapture.read(file, id).stream().filter(selection::wants).forEach(own::add));
    events.add(own);
    summaries.add(series.summary());
    descriptions.add(series.description());
    infos.add(
        new RecordingInfo(
            series.summary(),
            own.isEmpty() ? 0 : own.getFirst().timeNs(),
            own.isEmpty() ? 0 : own.getLast().timeNs(),
            series.intervalNs(),
            own.size(),
            book.isPresent()));
  }

  private static Bar ofInstrument(Bar bar, int id) {
    return new Bar(
        id,
        bar.openTimeNs(),
        bar.closeTimeNs(),
        bar.openE8(),
        bar.highE8(),
        bar.lowE8(),
        bar.closeE8(),
        bar.volumeE8());
  }

  private static String time(Bar bar) {
    return Instant.ofEpochSecond(0, bar.timeNs()).toString();
  }

  public List<Instrument> instruments() {
    return List.copyOf(instruments);
  }

  /** Bars of one instrument that are never traded. */
  public List<Bar> trainingBars(int instrument) {
    return List.copyOf(training.get(instrument));
  }

  /** What each instrument's data are, in a line. */
  public List<String> summaries() {
    return List.copyOf(summaries);
  }

  /** What was recognised in each file, in a few lines for a person. */
  public List<String> descriptions() {
    return List.copyOf(descriptions);
  }

  /** How many events there are to trade on. */
  public long size() {
    return events.stream().mapToLong(List::size).sum();
  }

  /** The part that is traded, from its beginning. */
  public RecordedMarketData open() {
    return new Merged();
  }

  private final class Merged implements RecordedMarketData {
    private final int[] next = new int[events.size()];

    @Override
    public List<Instrument> instruments() {
      return List.copyOf(instruments);
    }

    @Override
    public RecordingInfo info(int instrument) {
      return infos.get(instrument);
    }

    @Override
    public Optional<MarketEvent> next() {
      int earliest = -1;
      long earliestNs = Long.MAX_VALUE;
      for (int i = 0; i < next.length; i++) {
        if (next[i] < events.get(i).size()) {
          long timeNs = events.get(i).get(next[i]).timeNs();
          if (timeNs < earliestNs) {
            earliestNs = timeNs;
            earliest = i;
          }
        }
      }
      return earliest < 0
          ? Optional.empty()
          : Optional.of(events.get(earliest).get(next[earliest]++));
    }

    @Override
    public void close() {
      // The events are in memory: nothing is open.
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "Recording[%s]", instruments);
  }
}
