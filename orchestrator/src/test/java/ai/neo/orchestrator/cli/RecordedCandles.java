package ai.neo.orchestrator.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A file of one-minute bars whose first quarter makes rows. */
final class RecordedCandles {
  private static final int BARS = 1200;

  private RecordedCandles() {}

  static Path write(Path folder) throws IOException {
    StringBuilder text = new StringBuilder("time,open,high,low,close,volume\n");
    for (int i = 0; i < BARS; i++) {
      double open = 100 + 5 * Math.sin(i / 30.0);
      double close = 100 + 5 * Math.sin((i + 1) / 30.0);
      text.append(1_618_951_320L + 60L * i)
          .append(
              String.format(
                  Locale.ROOT,
                  ",%.2f,%.2f,%.2f,%.2f,%d\n",
                  open,
                  Math.max(open, close) + 0.05,
                  Math.min(open, close) - 0.05,
                  close,
                  10 + i % 7));
    }
    return Files.writeString(folder.resolve("TEST-1m.csv"), text);
  }
}
