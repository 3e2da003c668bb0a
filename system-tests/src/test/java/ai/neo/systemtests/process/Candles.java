package ai.neo.systemtests.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Short candle files cut from the bundled sample: a first model is trained on them in no time. */
public final class Candles {
  private Candles() {}

  /**
   * Writes one-minute BTCUSDT candles as a file of the user's own.
   *
   * @param skip candles of the sample that are left out at its beginning
   * @param count of these, a quarter is for training and 120 more lie between
   */
  public static Path write(Path folder, int skip, int count) {
    Path source = Installation.sample().resolve("BTCUSDT-1m-2021-04_2021-05.csv.gz");
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(source)), StandardCharsets.UTF_8))) {
      String header = lines.readLine();
      List<String> chosen = lines.lines().skip(skip).limit(count).toList();
      Path file = folder.resolve("BTCUSDT-1m.csv");
      Files.writeString(file, header + "\n" + String.join("\n", chosen) + "\n");
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
