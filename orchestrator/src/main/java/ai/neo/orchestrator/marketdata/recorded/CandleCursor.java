package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.BadMarketData;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.MarketEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The bars of one candle file, oldest first. A file that runs backwards is read as a whole. */
final class CandleCursor implements EventCursor {
  private final Path file;
  private final CandleLayout layout;
  private final int instrument;
  private final CandleReader reader;
  private final Iterator<Bar> reversed;
  private long lastTimeNs = Long.MIN_VALUE;
  private Bar bar;

  CandleCursor(Path file, CandleLayout layout, int instrument) {
    this.file = file;
    this.layout = layout;
    this.instrument = instrument;
    this.reader = new CandleReader(file, layout.shape(), layout.columns(), layout.clock());
    this.reversed = layout.newestFirst() ? readReversed() : List.<Bar>of().iterator();
  }

  private Iterator<Bar> readReversed() {
    List<Bar> bars = new ArrayList<>();
    try {
      while (reader.advance()) {
        bars.add(readBar());
      }
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
    return bars.reversed().iterator();
  }

  @Override
  public boolean advance() {
    if (layout.newestFirst()) {
      if (!reversed.hasNext()) {
        return false;
      }
      bar = reversed.next();
      return true;
    }
    if (!reader.advance()) {
      return false;
    }
    if (reader.timeNs() <= lastTimeNs) {
      throw new BadMarketData(
          file,
          reader.line(),
          reader.timeNs() == lastTimeNs
              ? "the time of the bar before once more"
              : "a bar that is older than the one before",
          "Sort the file and keep one bar of each time");
    }
    lastTimeNs = reader.timeNs();
    bar = readBar();
    return true;
  }

  private Bar readBar() {
    long time = reader.timeNs();
    long interval = layout.intervals().at(time);
    long open = layout.clock().marksClose() ? time - interval : time;
    return new Bar(
        instrument,
        open,
        open + interval,
        reader.openE8(),
        reader.highE8(),
        reader.lowE8(),
        reader.closeE8(),
        reader.volumeE8());
  }

  @Override
  public MarketEvent event() {
    return bar;
  }

  @Override
  public void close() {
    reader.close();
  }
}
