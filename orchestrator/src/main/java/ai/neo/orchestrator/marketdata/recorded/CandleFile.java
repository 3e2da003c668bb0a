package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/**
 * A file of candles: its bars, and what it was recognised by. Every row was read and checked.
 *
 * @param file where it lies
 * @param symbol from a column, else from the file's name
 * @param intervalNs length of most bars
 * @param bars oldest first; instrument id 0
 * @param tickSizeE8 the smallest step of the prices, guessed from their decimals
 * @param lotSizeE8 the smallest step of the volumes, guessed from their decimals
 * @param recognition what was made of the text
 */
public record CandleFile(
    Path file,
    String symbol,
    long intervalNs,
    List<Bar> bars,
    long tickSizeE8,
    long lotSizeE8,
    Recognition recognition) {
  public CandleFile {
    bars = List.copyOf(bars);
  }

  /**
   * What a person should see before trusting the file.
   *
   * @param columns which column is what
   * @param timeUnit how times are written
   * @param zone of times that do not state their own
   * @param notes what is unusual
   */
  public record Recognition(String columns, String timeUnit, String zone, List<String> notes) {
    public Recognition {
      notes = List.copyOf(notes);
    }
  }

  /**
   * Reads a file, in whatever layout it comes: CSV with comma, semicolon, tab or bar, or JSON;
   * plain, gzip or zip; columns by name, or without names by position and consistency; times in UTC
   * unless they say otherwise.
   *
   * @throws BadMarketDataException if it is no candle file or has a bad row
   */
  public static CandleFile read(Path file) {
    return read(file, ZoneOffset.UTC);
  }

  /** As {@link #read(Path)}, with the zone of times that do not state their own. */
  public static CandleFile read(Path file, ZoneId zone) {
    return new CandleRecognition(file, zone).recognise();
  }

  /** In one line. */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "%s: %d bars of %s, %s to %s",
        file.getFileName(),
        bars.size(),
        lengthText(intervalNs),
        time(bars.getFirst().openTimeNs()),
        time(bars.getLast().closeTimeNs()));
  }

  /** What was recognised, in a few lines for a person. */
  public String description() {
    StringBuilder text = new StringBuilder(400);
    text.append(summary()).append('\n');
    line(text, "symbol", symbol);
    line(text, "columns", recognition.columns());
    line(text, "times", recognition.timeUnit() + ", zone " + recognition.zone());
    line(text, "tick", E8.format(tickSizeE8) + " (guessed from the decimals)");
    line(text, "lot", E8.format(lotSizeE8) + " (guessed from the decimals)");
    recognition.notes().forEach(note -> line(text, "note", note));
    return text.toString().stripTrailing();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("  ").append(name).append(" ".repeat(9 - name.length())).append(value).append('\n');
  }

  private static String time(long ns) {
    return Instant.ofEpochSecond(0, ns).toString();
  }

  static String lengthText(long ns) {
    Duration length = Duration.ofNanos(ns);
    if (length.toSeconds() > 0 && length.toSecondsPart() == 0 && length.toNanosPart() == 0) {
      if (length.toHours() > 0 && length.toMinutesPart() == 0) {
        return length.toHours() % 24 == 0 ? length.toDays() + " d" : length.toHours() + " h";
      }
      return length.toMinutes() + " min";
    }
    return length.toNanosPart() == 0 ? length.toSeconds() + " s" : length.toMillis() + " ms";
  }
}
