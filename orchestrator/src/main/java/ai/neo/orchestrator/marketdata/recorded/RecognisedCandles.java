package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.E8;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * A candle file of one's own: what it was found to hold. All of its rows have been read and
 * checked.
 *
 * @param columns which column is what, for a person
 * @param timeUnit how times are written, for a person
 * @param zone of times that do not state their own
 * @param extent how many bars from when to when
 * @param tickSizeE8 guessed from the decimals of the prices
 * @param lotSizeE8 guessed from the decimals of the volumes
 * @param warnings what a person should know before trusting the file
 */
public record RecognisedCandles(
    Path file,
    String symbol,
    String columns,
    String timeUnit,
    ZoneId zone,
    Extent extent,
    long tickSizeE8,
    long lotSizeE8,
    List<String> warnings,
    Reading reading) {
  public RecognisedCandles {
    warnings = List.copyOf(warnings);
  }

  /**
   * @param firstOpenNs start of the oldest bar
   * @param lastCloseNs end of the newest bar
   */
  public record Extent(long rows, long intervalNs, long firstOpenNs, long lastCloseNs) {}

  /** How the file is read again; opaque. */
  public static final class Reading {
    private final CandleLayout layout;

    Reading(CandleLayout layout) {
      this.layout = layout;
    }
  }

  /** The file as a part of a recording. Orders have no smallest value there: none is known. */
  public DataFile dataFile(String venue) {
    return new DataFile.Candles(
        file,
        new InstrumentTerms(symbol, venue, tickSizeE8, lotSizeE8, 0),
        reading.layout);
  }

  /** All of it in a few lines for a person. */
  public String describe() {
    StringBuilder text = new StringBuilder(400);
    text.append(file).append('\n');
    line(text, "symbol", symbol);
    line(text, "columns", columns);
    line(text, "times", timeUnit + ", zone " + zone);
    line(text, "bars", extent.rows() + " of " + lengthText(extent.intervalNs()));
    line(text, "from", Instant.ofEpochSecond(0, extent.firstOpenNs()).toString());
    line(text, "to", Instant.ofEpochSecond(0, extent.lastCloseNs()).toString());
    line(text, "tick", E8.format(tickSizeE8) + " (guessed from the decimals)");
    line(text, "lot", E8.format(lotSizeE8) + " (guessed from the decimals)");
    warnings.forEach(warning -> line(text, "note", warning));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("  ").append(name).append(" ".repeat(9 - name.length())).append(value).append('\n');
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
