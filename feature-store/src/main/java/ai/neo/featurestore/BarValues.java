package ai.neo.featurestore;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;

/** The newest bar in doubles, worked out once and read by every indicator. */
final class BarValues {
  private double high;
  private double low;
  private double close;
  private double volume;
  private double logarithm;
  private long closeTimeNs;
  private long durationNs;

  void set(Bar bar) {
    high = E8.toDouble(bar.highE8());
    low = E8.toDouble(bar.lowE8());
    close = E8.toDouble(bar.closeE8());
    volume = E8.toDouble(bar.volumeE8());
    logarithm = StrictMath.log(close);
    closeTimeNs = bar.closeTimeNs();
    durationNs = bar.closeTimeNs() - bar.openTimeNs();
  }

  double high() {
    return high;
  }

  double low() {
    return low;
  }

  double close() {
    return close;
  }

  double volume() {
    return volume;
  }

  /** Natural logarithm of the close, the same on every machine. */
  double logarithm() {
    return logarithm;
  }

  long closeTimeNs() {
    return closeTimeNs;
  }

  long durationNs() {
    return durationNs;
  }
}
