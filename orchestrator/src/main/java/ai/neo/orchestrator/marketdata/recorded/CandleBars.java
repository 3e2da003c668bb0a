package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Bar;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the bars of a candle file whose layout is known and whose order was checked. */
final class CandleBars {
  private CandleBars() {}

  /** All bars, oldest first. */
  static List<Bar> read(Path file, CandleLayout layout) {
    List<Bar> bars = new ArrayList<>();
    try (CandleReader reader =
        new CandleReader(file, layout.shape(), layout.columns(), layout.clock())) {
      while (reader.advance()) {
        bars.add(bar(reader, layout));
      }
    }
    return layout.newestFirst() ? bars.reversed() : bars;
  }

  private static Bar bar(CandleReader reader, CandleLayout layout) {
    long time = reader.timeNs();
    long interval = layout.intervals().at(time);
    long open = layout.clock().marksClose() ? time - interval : time;
    return new Bar(
        0,
        open,
        open + interval,
        reader.openE8(),
        reader.highE8(),
        reader.lowE8(),
        reader.closeE8(),
        reader.volumeE8());
  }
}
