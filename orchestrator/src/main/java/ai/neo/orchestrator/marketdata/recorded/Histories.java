package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.Instrument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Bars of recorded files by symbol and time, for training and warm-up. */
public final class Histories {
  private final Recording recording;

  private Histories(Recording recording) {
    this.recording = recording;
  }

  /** Histories with the instrument ids that {@link RecordedFiles#open} gives the same files. */
  public static Histories of(List<? extends DataFile> files, RecordingSelection selection) {
    return new Histories(new Recording(files, selection));
  }

  /**
   * The bars that closed at {@code fromNs} or later and before {@code toNs}, oldest first.
   *
   * @throws IllegalArgumentException if no file has the symbol
   */
  public List<Bar> bars(String symbol, long fromNs, long toNs) {
    Instrument instrument =
        recording.instruments().stream()
            .filter(candidate -> candidate.symbol().equals(symbol))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no data for " + symbol));
    List<Bar> bars = new ArrayList<>();
    for (Recording.Part part : recording.parts()) {
      if (part.instrument() == instrument.id()) {
        read(part, fromNs, toNs, bars);
      }
    }
    bars.sort(Comparator.comparingLong(Bar::closeTimeNs));
    return bars;
  }

  private static void read(Recording.Part part, long fromNs, long toNs, List<Bar> bars) {
    try (EventCursor cursor = part.open(Long.MIN_VALUE)) {
      while (cursor.advance()) {
        if (cursor.event().timeNs() >= toNs) {
          return;
        }
        if (cursor.event() instanceof Bar bar && bar.closeTimeNs() >= fromNs) {
          bars.add(bar);
        }
      }
    }
  }
}
