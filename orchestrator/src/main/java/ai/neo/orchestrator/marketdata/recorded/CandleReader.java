package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.DecimalText;
import java.nio.file.Path;
import java.time.DateTimeException;

/**
 * The rows of a candle file as numbers, each checked by itself: finite, positive, high the highest
 * and low the lowest. The order of the rows is not checked here.
 *
 * <p>Not thread-safe. The values are those of the row that {@link #advance} went to.
 */
final class CandleReader implements AutoCloseable {
  private static final String REMEDY = "Correct the row or remove it";

  private final Path file;
  private final RowSource rows;
  private final CandleLayout.Columns columns;
  private final CandleLayout.Clock clock;
  private final long dayNs;
  private final int fewestFields;

  private long timeNs;
  private long openE8;
  private long highE8;
  private long lowE8;
  private long closeE8;
  private long volumeE8;

  CandleReader(
      Path file, CandleLayout.Shape shape, CandleLayout.Columns columns, CandleLayout.Clock clock) {
    this.file = file;
    this.columns = columns;
    this.clock = clock;
    this.fewestFields = columns.fewestFields();
    this.dayNs =
        clock.day().map(day -> day.atStartOfDay(clock.zone()).toEpochSecond()).orElse(0L)
            * 1_000_000_000L;
    this.rows = shape.open(file);
    try {
      int row = 0;
      while (row < shape.rowsBefore() && rows.advance()) {
        row++;
      }
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  /** Goes to the next row; false at the end. */
  boolean advance() {
    if (!rows.advance()) {
      return false;
    }
    if (rows.fields() < fewestFields) {
      throw new BadMarketDataException(
          file, rows.line(), rows.fields() + " fields, expected at least " + fewestFields, REMEDY);
    }
    timeNs = readTimeNs();
    openE8 = number(columns.open(), "open");
    highE8 = number(columns.high(), "high");
    lowE8 = number(columns.low(), "low");
    closeE8 = number(columns.close(), "close");
    volumeE8 = number(columns.volume(), "volume");
    check();
    return true;
  }

  private long readTimeNs() {
    byte[] bytes = rows.bytes();
    int from = rows.from(columns.time());
    int to = rows.to(columns.time());
    try {
      long ns =
          clock.format().isCount()
              ? Math.multiplyExact(DecimalText.parseWhole(bytes, from, to), clock.format().unitNs())
              : CivilTime.parseNs(bytes, from, to, clock.format(), clock.zone());
      if (columns.timeOfDay() >= 0) {
        ns +=
            CivilTime.parseTimeOfDayNs(
                bytes, rows.from(columns.timeOfDay()), rows.to(columns.timeOfDay()));
      }
      return dayNs + ns + clock.lagNs();
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      throw new BadMarketDataException(
          file,
          rows.line(),
          "time=\"" + rows.text(columns.time()) + "\", expected " + clock.format().text(),
          REMEDY,
          e);
    }
  }

  private long number(int column, String name) {
    try {
      return DecimalText.parseE8(rows.bytes(), rows.from(column), rows.to(column));
    } catch (NumberFormatException e) {
      String text = rows.text(column);
      throw new BadMarketDataException(
          file,
          rows.line(),
          name + "=\"" + text + "\", expected a finite decimal number" + " below 92 billion",
          REMEDY,
          e);
    }
  }

  private void check() {
    if (lowE8 <= 0 || openE8 <= 0 || closeE8 <= 0) {
      throw bad("a price of zero or less");
    }
    if (highE8 < lowE8) {
      throw bad("high is below low");
    }
    if (highE8 < Math.max(openE8, closeE8) || lowE8 > Math.min(openE8, closeE8)) {
      throw bad("open or close lies outside of low to high");
    }
    if (volumeE8 < 0) {
      throw bad("a negative volume");
    }
  }

  private BadMarketDataException bad(String wrong) {
    return new BadMarketDataException(
        file,
        rows.line(),
        wrong
            + ": open="
            + rows.text(columns.open())
            + " high="
            + rows.text(columns.high())
            + " low="
            + rows.text(columns.low())
            + " close="
            + rows.text(columns.close())
            + " volume="
            + rows.text(columns.volume())
            + ", expected 0 < low <= open, close <= high",
        REMEDY);
  }

  /** The row's own time: the start or the end of its bar. */
  long timeNs() {
    return timeNs;
  }

  long openE8() {
    return openE8;
  }

  long highE8() {
    return highE8;
  }

  long lowE8() {
    return lowE8;
  }

  long closeE8() {
    return closeE8;
  }

  long volumeE8() {
    return volumeE8;
  }

  long line() {
    return rows.line();
  }

  @Override
  public void close() {
    rows.close();
  }
}
