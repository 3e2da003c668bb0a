package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Instrument;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Files joined with their instruments. Files of the same symbol at the same venue feed one
 * instrument; instruments are counted in the order in which the files name them first.
 */
final class Recording {
  private final List<Instrument> instruments = new ArrayList<>();
  private final List<InstrumentTerms> terms = new ArrayList<>();
  private final List<Part> parts = new ArrayList<>();

  /** One file and the instrument that it feeds. */
  record Part(DataFile file, int instrument) {
    EventCursor open(long fromNs) {
      return switch (file) {
        case DataFile.Candles candles ->
            new CandleCursor(candles.path(), candles.layout(), instrument);
        case DataFile.BinanceCapture capture -> new CaptureCursor(capture, instrument, fromNs);
      };
    }
  }

  Recording(List<? extends DataFile> files, RecordingSelection selection) {
    Set<String> unknown = new TreeSet<>(selection.symbols());
    Set<String> known = new LinkedHashSet<>();
    for (DataFile file : files) {
      String symbol = file.terms().symbol();
      known.add(symbol);
      unknown.remove(symbol);
      if (selection.wants(symbol)) {
        parts.add(new Part(file, instrumentOf(file.terms())));
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "no data for " + String.join(", ", unknown) + "; there is: " + String.join(", ", known));
    }
  }

  private int instrumentOf(InstrumentTerms wanted) {
    for (int id = 0; id < terms.size(); id++) {
      if (terms.get(id).isSameInstrument(wanted)) {
        return id;
      }
    }
    terms.add(wanted);
    instruments.add(wanted.at(instruments.size()));
    return instruments.size() - 1;
  }

  List<Instrument> instruments() {
    return List.copyOf(instruments);
  }

  List<Part> parts() {
    return List.copyOf(parts);
  }
}
