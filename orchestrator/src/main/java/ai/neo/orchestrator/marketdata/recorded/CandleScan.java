package ai.neo.orchestrator.marketdata.recorded;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * One pass over all rows of a candle file: checks each of them and their order, and finds the
 * interval, the extent, and the decimals that prices and volumes have.
 */
final class CandleScan {
  /** So many equal steps in a row are a change of the interval, not a few missing bars. */
  private static final int STEPS_OF_A_CHANGE = 10;

  /** Volumes are sums with more decimals than a venue's lots have. */
  private static final int FINEST_LOT_DECIMALS = 6;

  /** More different steps than this and the rest are counted as one; bounds the memory. */
  private static final int MOST_STEPS = 100_000;

  private static final long[] STEP_OF_DECIMALS = {
    100_000_000L, 10_000_000L, 1_000_000L, 100_000L, 10_000L, 1_000L, 100L, 10L, 1L
  };

  private final Path file;
  private final Map<Long, Integer> steps = new HashMap<>();
  private final NavigableMap<Long, Long> runs = new TreeMap<>();
  private long rows;
  private long firstTimeNs;
  private long lastTimeNs;
  private int direction;
  private long runStep;
  private long runFrom;
  private int runLength;
  private int priceDecimals;
  private int volumeDecimals;
  private long zeroVolumes;
  private boolean allEndBeforeBoundary = true;

  CandleScan(Path file) {
    this.file = file;
  }

  void read(CandleReader candles) {
    while (candles.advance()) {
      long time = candles.timeNs();
      if (rows == 0) {
        firstTimeNs = time;
      } else {
        takeStep(candles, time);
      }
      lastTimeNs = time;
      rows++;
      takeValues(candles, time);
    }
  }

  private void takeStep(CandleReader candles, long time) {
    if (time == lastTimeNs) {
      throw new BadMarketDataException(
          file,
          candles.line(),
          "the time of the bar before once more",
          "Keep one bar of each time; a file with several instruments has to be split");
    }
    int now = time > lastTimeNs ? 1 : -1;
    if (direction == 0) {
      direction = now;
    } else if (now != direction) {
      throw new BadMarketDataException(
          file,
          candles.line(),
          "out of order: the rows before run "
              + (direction > 0 ? "forwards" : "backwards")
              + " in time, this one the other way",
          "Sort the file by time");
    }
    long step = Math.abs(time - lastTimeNs);
    if (steps.size() < MOST_STEPS || steps.containsKey(step)) {
      steps.merge(step, 1, Integer::sum);
    }
    if (step == runStep) {
      runLength++;
    } else {
      runStep = step;
      runLength = 1;
      runFrom = lastTimeNs;
    }
    if (runLength == STEPS_OF_A_CHANGE) {
      runs.put(direction > 0 ? runFrom : time, step);
    } else if (runLength > STEPS_OF_A_CHANGE && direction < 0) {
      runs.remove(lastTimeNs);
      runs.put(time, step);
    }
  }

  private void takeValues(CandleReader candles, long time) {
    takePrice(candles.openE8());
    takePrice(candles.highE8());
    takePrice(candles.lowE8());
    takePrice(candles.closeE8());
    long volume = candles.volumeE8();
    while (volume % STEP_OF_DECIMALS[volumeDecimals] != 0) {
      volumeDecimals++;
    }
    if (volume == 0) {
      zeroVolumes++;
    }
    allEndBeforeBoundary &= Math.floorMod(time, 1_000_000_000L) == 999_000_000L;
  }

  private void takePrice(long priceE8) {
    while (priceE8 % STEP_OF_DECIMALS[priceDecimals] != 0) {
      priceDecimals++;
    }
  }

  long rows() {
    return rows;
  }

  boolean newestFirst() {
    return direction < 0;
  }

  /** The time of the oldest row. */
  long oldestNs() {
    return Math.min(firstTimeNs, lastTimeNs);
  }

  /** The time of the newest row. */
  long newestNs() {
    return Math.max(firstTimeNs, lastTimeNs);
  }

  /** Whether each time ends in 999 ms, as the closing times of Binance do. */
  boolean endsBeforeBoundary() {
    return allEndBeforeBoundary;
  }

  CandleLayout.Intervals intervals() {
    long mostFrequent =
        steps.entrySet().stream()
            .max(
                Map.Entry.<Long, Integer>comparingByValue()
                    .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
            .map(Map.Entry::getKey)
            .orElseThrow(
                () ->
                    new BadMarketDataException(
                        file, 0, rows + " bar, expected at least two", "Take a longer file"));
    NavigableMap<Long, Long> changes = new TreeMap<>();
    long current = mostFrequent;
    for (Map.Entry<Long, Long> run : runs.entrySet()) {
      if (run.getValue() != current) {
        current = run.getValue();
        changes.put(run.getKey(), current);
      }
    }
    return new CandleLayout.Intervals(mostFrequent, changes);
  }

  /** Steps that differ from the most frequent one: gaps, or another interval. */
  long unusualSteps(long intervalNs) {
    return rows - 1 - steps.getOrDefault(intervalNs, 0);
  }

  long zeroVolumes() {
    return zeroVolumes;
  }

  /** The smallest step that all prices are whole multiples of, as a power of ten. */
  long tickSizeE8() {
    return STEP_OF_DECIMALS[priceDecimals];
  }

  /** The smallest step that all volumes are whole multiples of, as a power of ten. */
  long lotSizeE8() {
    return STEP_OF_DECIMALS[Math.min(volumeDecimals, FINEST_LOT_DECIMALS)];
  }
}
