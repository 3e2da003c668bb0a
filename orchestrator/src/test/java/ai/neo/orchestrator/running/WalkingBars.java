package ai.neo.orchestrator.running;

import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.orchestrator.marketdata.RecordingInfo;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** One-minute bars of one instrument, a walk with a seed. */
public final class WalkingBars implements RecordedMarketData {
  private static final long MINUTE = 60_000_000_000L;

  private final SplittableRandom random = new SplittableRandom(17);
  private final Instrument instrument;
  private final int count;
  private long price = 50_000 * E8.ONE;
  private int at;

  public WalkingBars(Instrument instrument, int count) {
    this.instrument = instrument;
    this.count = count;
  }

  @Override
  public List<Instrument> instruments() {
    return List.of(instrument);
  }

  @Override
  public RecordingInfo info(int id) {
    return new RecordingInfo("walk", 0, count * MINUTE, MINUTE, count, false);
  }

  @Override
  public Optional<MarketEvent> next() {
    if (at == count) {
      return Optional.empty();
    }
    long open = price;
    price += random.nextLong(-80, 81) * E8.ONE;
    long high = Math.max(open, price) + 5 * E8.ONE;
    long low = Math.min(open, price) - 5 * E8.ONE;
    long openNs = at++ * MINUTE;
    return Optional.of(
        new Bar(
            instrument.id(),
            openNs,
            openNs + MINUTE,
            open,
            high,
            low,
            price,
            random.nextLong(30 * E8.ONE)));
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
