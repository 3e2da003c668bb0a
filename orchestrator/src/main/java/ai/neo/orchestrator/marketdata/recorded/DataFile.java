package ai.neo.orchestrator.marketdata.recorded;

import java.nio.file.Path;
import java.util.Objects;

/** One recorded file and what is in it. */
public sealed interface DataFile {
  /** Where it lies. */
  Path path();

  /** Whose events it holds. */
  InstrumentTerms terms();

  /** Length of the bars that it gives. */
  long intervalNs();

  /** A file of bars. Made by {@link RecognisedCandles#dataFile} or {@link SampleCatalog}. */
  final class Candles implements DataFile {
    private final Path path;
    private final InstrumentTerms terms;
    private final CandleLayout layout;

    Candles(Path path, InstrumentTerms terms, CandleLayout layout) {
      this.path = Objects.requireNonNull(path, "path");
      this.terms = Objects.requireNonNull(terms, "terms");
      this.layout = Objects.requireNonNull(layout, "layout");
    }

    @Override
    public Path path() {
      return path;
    }

    @Override
    public InstrumentTerms terms() {
      return terms;
    }

    @Override
    public long intervalNs() {
      return layout.intervals().mostFrequentNs();
    }

    CandleLayout layout() {
      return layout;
    }
  }

  /**
   * Messages of a Binance combined stream, one a line behind the local receive time, with the REST
   * depth snapshot among them. Bars are made of its trades.
   */
  record BinanceCapture(Path path, InstrumentTerms terms, long intervalNs) implements DataFile {
    public BinanceCapture {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(terms, "terms");
      if (intervalNs <= 0) {
        throw new IllegalArgumentException("interval_ns=" + intervalNs + ", expected above zero");
      }
    }
  }
}
