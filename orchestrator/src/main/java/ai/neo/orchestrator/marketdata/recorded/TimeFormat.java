package ai.neo.orchestrator.marketdata.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.neo.orchestrator.marketdata.DecimalText;
import java.time.DateTimeException;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.Stream;

/** How a candle file writes its times. */
enum TimeFormat {
  EPOCH_SECONDS("seconds since 1970", 1_000_000_000L),
  EPOCH_MILLISECONDS("milliseconds since 1970", 1_000_000L),
  EPOCH_MICROSECONDS("microseconds since 1970", 1_000L),
  EPOCH_NANOSECONDS("nanoseconds since 1970", 1L),
  MILLISECONDS_OF_DAY("milliseconds since midnight of the day in the file name", 1_000_000L),
  YEAR_FIRST("year-month-day", 0),
  COMPACT("yyyymmdd", 0),
  MONTH_FIRST("month/day/year", 0),
  DAY_FIRST("day/month/year", 0);

  private static final long SECONDS_FROM = 100_000_000L;
  private static final long MILLISECONDS_FROM = 100_000_000_000L;
  private static final long MICROSECONDS_FROM = 100_000_000_000_000L;
  private static final long NANOSECONDS_FROM = 100_000_000_000_000_000L;
  private static final long MILLISECONDS_PER_DAY = 86_400_000L;

  private final String text;
  private final long unitNs;

  TimeFormat(String text, long unitNs) {
    this.text = text;
    this.unitNs = unitNs;
  }

  /** For a person. */
  String text() {
    return text;
  }

  /** Whether a time is a count of a unit, which has no zone, rather than a date. */
  boolean isCount() {
    return unitNs != 0;
  }

  long unitNs() {
    return unitNs;
  }

  /**
   * The format that a time is most likely written in, by its size or its shape.
   *
   * @param dayIsKnown whether the file's name says the day, so that small numbers can be times
   */
  static Optional<TimeFormat> of(String time, boolean dayIsKnown) {
    byte[] bytes = time.getBytes(UTF_8);
    try {
      long count = DecimalText.parseWhole(bytes, 0, bytes.length);
      if (bytes.length == 8 && isDate(bytes, COMPACT)) {
        return Optional.of(COMPACT);
      }
      // Before 1970 counts are negative.
      return ofCount(Math.abs(count), dayIsKnown && count >= 0);
    } catch (NumberFormatException | ArithmeticException e) {
      return ofText(bytes);
    }
  }

  private static Optional<TimeFormat> ofCount(long count, boolean dayIsKnown) {
    if (count >= NANOSECONDS_FROM) {
      return Optional.of(EPOCH_NANOSECONDS);
    }
    if (count >= MICROSECONDS_FROM) {
      return Optional.of(EPOCH_MICROSECONDS);
    }
    if (count >= MILLISECONDS_FROM) {
      return Optional.of(EPOCH_MILLISECONDS);
    }
    if (count >= SECONDS_FROM) {
      return Optional.of(EPOCH_SECONDS);
    }
    return dayIsKnown && count < MILLISECONDS_PER_DAY
        ? Optional.of(MILLISECONDS_OF_DAY)
        : Optional.empty();
  }

  private static Optional<TimeFormat> ofText(byte[] bytes) {
    return Stream.of(YEAR_FIRST, COMPACT, MONTH_FIRST, DAY_FIRST)
        .filter(format -> isDate(bytes, format))
        .findFirst();
  }

  private static boolean isDate(byte[] bytes, TimeFormat format) {
    try {
      CivilTime.parseNs(bytes, 0, bytes.length, format, ZoneOffset.UTC);
      return true;
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      return false;
    }
  }
}
