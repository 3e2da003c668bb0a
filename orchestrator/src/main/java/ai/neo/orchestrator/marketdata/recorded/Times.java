package ai.neo.orchestrator.marketdata.recorded;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** How a file writes time. */
enum Times {
  SECONDS(1_000_000_000L),
  MILLISECONDS(1_000_000L),
  MICROSECONDS(1_000L),
  NANOSECONDS(1L),
  TEXT(0L);

  private final long factor;

  Times(long factor) {
    this.factor = factor;
  }

  /** Recognised from the first time of a file: by the number of its digits. */
  static Times of(String text, Path file, long line) {
    if (!text.isEmpty() && text.chars().allMatch(Character::isDigit)) {
      return switch (text.length()) {
        case 9, 10, 11 -> SECONDS;
        case 12, 13, 14 -> MILLISECONDS;
        case 15, 16, 17 -> MICROSECONDS;
        case 18, 19 -> NANOSECONDS;
        default ->
            throw new BadMarketDataException(
                file, line, "time is '" + text + "', expected seconds to nanoseconds since 1970");
      };
    }
    return TEXT;
  }

  long parse(String text, Path file, long line) {
    try {
      return this == TEXT ? text(text) : Math.multiplyExact(Long.parseLong(text), factor);
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      throw new BadMarketDataException(
          file,
          line,
          "time is '"
              + text
              + "', expected "
              + (this == TEXT ? "YYYY-MM-DD HH:MM[:SS] or ISO 8601" : name() + " since 1970"));
    }
  }

  private static long text(String text) {
    String iso = text.strip().replace(' ', 'T').replaceFirst("\\+00:?00$", "Z");
    Instant instant;
    if (iso.length() == 10) {
      instant = LocalDate.parse(iso).atStartOfDay().toInstant(ZoneOffset.UTC);
    } else if (iso.endsWith("Z") || iso.lastIndexOf('+') > 10) {
      instant = OffsetDateTime.parse(iso).toInstant();
    } else {
      instant = LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
    }
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
  }
}
