package ai.neo.orchestrator.marketdata.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Reads dates with or without a time of day, from bytes: {@code 2021-04-20}, {@code 2021-04-20
 * 20:42:00.5}, {@code 2021-04-20T20:42+02:00}, {@code 2019-10-17 09-AM}, {@code 20210420 20:42},
 * {@code 4/20/2021 20:42}.
 */
final class CivilTime {
  private static final long NS_PER_SECOND = 1_000_000_000L;
  private static final int SECONDS_PER_DAY = 86_400;

  private final byte[] text;
  private final int end;
  private int at;

  private CivilTime(byte[] text, int from, int to) {
    this.text = text;
    this.at = from;
    this.end = to;
  }

  /**
   * Nanoseconds since 1970 UTC.
   *
   * @param zone of times that do not state their own
   * @throws RuntimeException if the text is no time in that format
   */
  static long parseNs(byte[] text, int from, int to, TimeFormat format, ZoneId zone) {
    return new CivilTime(text, from, to).parse(format, zone);
  }

  /** Nanoseconds since midnight of {@code HH:MM[:SS[.f]]}. */
  static long parseTimeOfDayNs(byte[] text, int from, int to) {
    CivilTime time = new CivilTime(text, from, to);
    long ns = time.timeOfDayNs();
    if (time.at < to) {
      throw time.wrong();
    }
    return ns;
  }

  private long parse(TimeFormat format, ZoneId zone) {
    long day = date(format);
    long ofDayNs = 0;
    if (at < end && (text[at] == ' ' || text[at] == 'T')) {
      at++;
      ofDayNs = timeOfDayNs();
    }
    if (at < end) {
      return instantNs(day, ofDayNs, statedOffset());
    }
    if (zone.equals(ZoneOffset.UTC)) {
      return instantNs(day, ofDayNs, 0);
    }
    LocalDateTime local = LocalDate.ofEpochDay(day).atStartOfDay().plusNanos(ofDayNs);
    return instantNs(day, ofDayNs, zone.getRules().getOffset(local).getTotalSeconds());
  }

  private static long instantNs(long day, long ofDayNs, int offsetSeconds) {
    return Math.addExact(
        Math.multiplyExact(day * SECONDS_PER_DAY - offsetSeconds, NS_PER_SECOND), ofDayNs);
  }

  private long date(TimeFormat format) {
    return switch (format) {
      case YEAR_FIRST -> {
        int year = number(4, 4);
        separator();
        int month = number(1, 2);
        separator();
        yield day(year, month, number(1, 2));
      }
      case COMPACT -> {
        int year = number(4, 4);
        int month = number(2, 2);
        yield day(year, month, number(2, 2));
      }
      case MONTH_FIRST, DAY_FIRST -> {
        int first = number(1, 2);
        separator();
        int second = number(1, 2);
        separator();
        int year = number(4, 4);
        yield format == TimeFormat.MONTH_FIRST
            ? day(year, first, second)
            : day(year, second, first);
      }
      case EPOCH_SECONDS,
          EPOCH_MILLISECONDS,
          EPOCH_MICROSECONDS,
          EPOCH_NANOSECONDS,
          MILLISECONDS_OF_DAY ->
          throw wrong();
    };
  }

  private static long day(int year, int month, int dayOfMonth) {
    return LocalDate.of(year, month, dayOfMonth).toEpochDay();
  }

  private long timeOfDayNs() {
    int hour = number(1, 2);
    if (at < end && text[at] == '-') {
      return halfDay(hour) * 3600L * NS_PER_SECOND;
    }
    int minute = 0;
    int second = 0;
    long fraction = 0;
    if (take(':')) {
      minute = number(2, 2);
      if (take(':')) {
        second = number(2, 2);
        if (take('.')) {
          fraction = fractionNs();
        }
      }
    }
    if (at < end - 2 && text[at] == ' ' && (text[at + 1] == 'A' || text[at + 1] == 'P')) {
      hour = halfDay(hour);
    }
    if (hour > 23 || minute > 59 || second > 59) {
      throw wrong();
    }
    return (hour * 3600L + minute * 60L + second) * NS_PER_SECOND + fraction;
  }

  /** The hour of a twelve-hour clock, at {@code -AM}, {@code -PM} or the same with a blank. */
  private int halfDay(int hour) {
    if (at + 3 != end || text[at + 2] != 'M' || hour < 1 || hour > 12) {
      throw wrong();
    }
    boolean afternoon = text[at + 1] == 'P';
    at = end;
    return hour % 12 + (afternoon ? 12 : 0);
  }

  private long fractionNs() {
    long value = 0;
    long unit = NS_PER_SECOND;
    while (at < end && text[at] >= '0' && text[at] <= '9') {
      if (unit > 1) {
        unit /= 10;
        value += (text[at] - '0') * unit;
      }
      at++;
    }
    return value;
  }

  private int statedOffset() {
    String zone = new String(text, at, end - at, UTF_8).trim();
    return zone.equals("UTC") || zone.equals("GMT") ? 0 : ZoneOffset.of(zone).getTotalSeconds();
  }

  private int number(int fewest, int most) {
    int from = at;
    int value = 0;
    while (at < end && at - from < most && text[at] >= '0' && text[at] <= '9') {
      value = value * 10 + (text[at++] - '0');
    }
    if (at - from < fewest) {
      throw wrong();
    }
    return value;
  }

  private void separator() {
    if (at >= end || (text[at] != '-' && text[at] != '/' && text[at] != '.')) {
      throw wrong();
    }
    at++;
  }

  private boolean take(char character) {
    if (at < end && text[at] == character) {
      at++;
      return true;
    }
    return false;
  }

  private NumberFormatException wrong() {
    return new NumberFormatException("no date or time");
  }
}
