package ai.neo.orchestrator.marketdata.recorded;

import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Candle files of one's own, in whatever layout they come. */
public final class CandleFiles {
  private CandleFiles() {}

  /**
   * Finds out how a candle file is laid out and checks every row of it. CSV with comma, semicolon,
   * tab or bar, or JSON; plain, gzip or zip; columns by name, without names by position and
   * consistency; times in UTC unless they say otherwise.
   *
   * @throws ai.neo.orchestrator.marketdata.BadMarketData if it is no candle file or has a bad row
   */
  public static RecognisedCandles recognise(Path file) {
    return recognise(file, ZoneOffset.UTC);
  }

  /** As {@link #recognise(Path)}, with the zone of times that do not state their own. */
  public static RecognisedCandles recognise(Path file, ZoneId zone) {
    return new CandleRecognition(file, zone).recognise();
  }
}
