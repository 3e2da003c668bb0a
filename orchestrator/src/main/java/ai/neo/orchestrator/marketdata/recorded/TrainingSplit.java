package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Bar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of a candle file is for training.
 *
 * @param fraction of the file's time, from its beginning
 * @param longest the part is never longer than this
 * @param gapBars so many bars after it are neither trained on nor traded, so that the outcome of
 *     the last training bar is not a bar that is traded
 */
public record TrainingSplit(double fraction, Duration longest, int gapBars) {
  /** The first quarter, at most 60 days; one hour of 1-minute bars between. */
  public static final TrainingSplit DEFAULT = new TrainingSplit(0.25, Duration.ofDays(60), 60);

  public TrainingSplit {
    if (!(fraction > 0 && fraction < 1) || longest.isNegative() || longest.isZero()
        || gapBars < 0) {
      throw new IllegalArgumentException(
          "training fraction=" + fraction + " longest=" + longest + " gap_bars=" + gapBars
              + ", expected 0 < fraction < 1, a positive length and no negative gap");
    }
  }

  /**
   * @param training the bars that closed in the training part
   * @param tradingFromNs events before this are not traded
   */
  record Cut(List<Bar> training, long tradingFromNs) {}

  /** Cuts a candle file. The extent is the file's own, so the cut does not move with a selection. */
  Cut cut(Recording.Part part) {
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    List<Bar> bars = new ArrayList<>();
    try (EventCursor cursor = part.open(Long.MIN_VALUE)) {
      while (cursor.advance()) {
        Bar bar = (Bar) cursor.event();
        first = Math.min(first, bar.openTimeNs());
        last = bar.closeTimeNs();
        if (last - first <= longest.toNanos()) {
          bars.add(bar);
        }
      }
    }
    if (bars.isEmpty()) {
      return new Cut(List.of(), Long.MIN_VALUE);
    }
    long lengthNs = Math.min((long) ((last - first) * fraction), longest.toNanos());
    long endNs = first + lengthNs;
    List<Bar> training = bars.stream().takeWhile(bar -> bar.closeTimeNs() <= endNs).toList();
    return new Cut(training, endNs + 1 + gapBars * part.file().intervalNs());
  }
}
