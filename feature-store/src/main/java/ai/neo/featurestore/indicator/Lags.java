package ai.neo.featurestore.indicator;

import java.util.Objects;

/** Remembers the newest value and the {@code depth} before it. */
public final class Lags {
  private final double[] ring;
  private int newest = -1;
  private int count;

  /**
   * @param depth largest lag that can be asked for, 0 or more
   */
  public Lags(int depth) {
    ring = new double[Periods.atLeast(0, depth, "depth") + 1];
  }

  /** Takes the next value; {@code false} if it is not finite, and then nothing changed. */
  public boolean update(double value) {
    if (!Double.isFinite(value)) {
      return false;
    }
    if (++newest == ring.length) {
      newest = 0;
    }
    ring[newest] = value;
    if (count < ring.length) {
      count++;
    }
    return true;
  }

  /** Whether every lag up to the depth is known. */
  public boolean ready() {
    return count == ring.length;
  }

  /**
   * The value {@code lag} steps back, 0 for the newest; {@code NaN} while not so many have come.
   *
   * @throws IndexOutOfBoundsException if the lag is negative or beyond the depth
   */
  public double lag(int lag) {
    Objects.checkIndex(lag, ring.length);
    if (lag >= count) {
      return Double.NaN;
    }
    int index = newest - lag;
    return ring[index < 0 ? index + ring.length : index];
  }
}
