package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.orchestrator.marketdata.RecordingInfo;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

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
  private final List<String> descriptions = new ArrayList<>();

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
  public static Recording sample(Path directory, Selection selection) throws IOException {
    Recording recording = new Recording();
    CandleFile btc = CandleFile.read(directory.resolve("BTCUSDT-1m-2021-04_2021-05.csv.gz"));
    CandleFile eth = CandleFile.read(directory.resolve("ETHUSDT-5m-2024-01_2024-09.csv.gz"));
    recording.add(btc, "binance", directory.resolve("BTCUSDT-book-2024-08-08.jsonl.gz"), selection);
    recording.add(eth, "binance", null, selection);
    recording.checkNotEmpty(selection);
    return recording;
  }

  /** Candle files of one's own. */
  public static Recording files(List<Path> files, Selection selection) throws IOException {
    Recording recording = new Recording();
    for (Path file : files) {
      recording.add(CandleFile.read(file), "file", null, selection);
    }
    recording.checkNotEmpty(selection);
    return recording;
  }

  private void checkNotEmpty(Selection selection) {
    if (events.stream().allMatch(List::isEmpty)) {
      throw new IllegalArgumentException(
          "nothing is left to trade: symbols=" + selection.symbols() + " from/to select no event");
    }
  }

  private void add(CandleFile candles, String venue, Path book, Selection selection)
      throws IOException {
    if (!selection.symbols().isEmpty() && !selection.symbols().contains(candles.symbol())) {
      return;
    }
    int id = instruments.size();
    instruments.add(
        new Instrument(
            id, candles.symbol(), venue, candles.tickSizeE8(), candles.lotSizeE8(), 10 * E8.ONE));
    int trained = (int) (candles.bars().size() * TRAINING_SHARE);
    training.add(candles.bars().subList(0, trained));
    List<MarketEvent> traded = new ArrayList<>();
    for (Bar bar :
        candles
            .bars()
            .subList(
                Math.min(candles.bars().size(), trained + PURGED_BARS), candles.bars().size())) {
      Bar own =
          new Bar(
              id,
              bar.openTimeNs(),
              bar.closeTimeNs(),
              bar.openE8(),
              bar.highE8(),
              bar.lowE8(),
              bar.closeE8(),
              bar.volumeE8());
      if (selection.wants(own)) {
        traded.add(own);
      }
    }
    if (book != null) {
      BookCapture.read(book, id).stream().filter(selection::wants).forEach(traded::add);
    }
    events.add(traded);
    descriptions.add(candles.description());
    infos.add(
        new RecordingInfo(
            candles.description(),
            traded.isEmpty() ? 0 : traded.getFirst().timeNs(),
            traded.isEmpty() ? 0 : traded.getLast().timeNs(),
            candles.intervalNs(),
            traded.size(),
            book != null));
  }

  public List<Instrument> instruments() {
    return List.copyOf(instruments);
  }

  /** Bars of one instrument that are never traded. */
  public List<Bar> trainingBars(int instrument) {
    return List.copyOf(training.get(instrument));
  }

  /** What was recognised in each file, for a person. */
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
