package ai.neo.orchestrator.marketdata.recorded;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the bars lie in one candle file: enough to read it without guessing again.
 *
 * @param newestFirst whether the rows run backwards in time
 */
record CandleLayout(
    Shape shape, Columns columns, Clock clock, Intervals intervals, boolean newestFirst) {

  /**
   * The text around the fields.
   *
   * @param rowsBefore rows in front of the first bar: a header, a note
   */
  record Shape(boolean json, char delimiter, boolean decimalComma, int rowsBefore) {
    RowSource open(Path file) {
      return json ? new JsonRows(file) : new DelimitedRows(file, delimiter, decimalComma);
    }
  }

  /**
   * Which field is which, counted from 0.
   *
   * @param timeOfDay a second field of the time; −1 where one field has all of it
   */
  record Columns(int time, int timeOfDay, int open, int high, int low, int close, int volume) {
    int fewestFields() {
      int most = Math.max(Math.max(time, timeOfDay), Math.max(open, close));
      return 1 + Math.max(Math.max(most, volume), Math.max(high, low));
    }
  }

  /**
   * How a row says its time.
   *
   * @param zone of dates that do not state their own
   * @param day of a file whose rows hold only the time of day
   * @param marksClose whether a row's time is the end of its bar
   * @param lagNs to add so that the time falls on the boundary: Binance's closing times end in
   *     59,999 ms
   */
  record Clock(
      TimeFormat format, ZoneId zone, Optional<LocalDate> day, boolean marksClose, long lagNs) {
    Clock {
      Objects.requireNonNull(format, "format");
      Objects.requireNonNull(zone, "zone");
    }
  }

  /**
   * The length of a bar, which may change inside a file.
   *
   * @param mostFrequentNs the length of most bars
   * @param changesNs row time from which on bars have another length → that length
   */
  record Intervals(long mostFrequentNs, NavigableMap<Long, Long> changesNs) {
    Intervals {
      if (mostFrequentNs <= 0) {
        throw new IllegalArgumentException(
            "interval_ns=" + mostFrequentNs + ", expected a positive length");
      }
      changesNs = new TreeMap<>(changesNs);
    }

    long at(long rowTimeNs) {
      if (changesNs.isEmpty()) {
        return mostFrequentNs;
      }
      var change = changesNs.floorEntry(rowTimeNs);
      return change == null ? mostFrequentNs : change.getValue();
    }
  }
}
