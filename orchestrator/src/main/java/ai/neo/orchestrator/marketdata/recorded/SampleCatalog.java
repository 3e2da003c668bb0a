package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.BadMarketData;
import ai.neo.tradingtypes.E8;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The market data that comes with Neo, as its {@code sample.yaml} lists it. The files lie beside
 * the program, not in it: each has its own licence.
 */
public final class SampleCatalog {
  private final List<Entry> entries;
  private final List<DataFile> files;

  private SampleCatalog(List<Entry> entries, List<DataFile> files) {
    this.entries = List.copyOf(entries);
    this.files = List.copyOf(files);
  }

  /**
   * One file of the sample, as the list has it.
   *
   * @param format {@code candles} or {@code binance-capture}
   * @param interval length of a bar, ISO 8601 ({@code PT1M})
   */
  public record Entry(
      String symbol,
      String venue,
      String file,
      String format,
      String interval,
      String tick,
      String lot,
      @JsonProperty("minimum_notional") String minimumNotional,
      String title,
      String origin,
      String commit,
      String licence,
      String sha256) {}

  private record Listing(List<Entry> files) {}

  /**
   * Reads {@code sample.yaml} in the folder. The data files are not opened.
   *
   * @throws BadMarketData if the list is missing, wrong, or names a file that is not there
   */
  public static SampleCatalog read(Path folder) {
    Path list = folder.resolve("sample.yaml");
    Listing listing;
    try {
      listing = new YAMLMapper().readValue(Files.readAllBytes(list), Listing.class);
    } catch (JsonProcessingException e) {
      long line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new BadMarketData(list, line, e.getOriginalMessage(), "Restore the file", e);
    } catch (IOException e) {
      throw LineReader.unreadable(list, 0, e);
    }
    return new SampleCatalog(
        listing.files(), listing.files().stream().map(entry -> file(list, folder, entry)).toList());
  }

  private static DataFile file(Path list, Path folder, Entry entry) {
    Path file = folder.resolve(entry.file());
    if (!Files.isReadable(file)) {
      throw new BadMarketData(
          file, 0, "the file is not there, expected as " + list + " lists it",
          "Restore it from the repository");
    }
    try {
      InstrumentTerms terms =
          new InstrumentTerms(
              entry.symbol(),
              entry.venue(),
              E8.parse(entry.tick()),
              E8.parse(entry.lot()),
              E8.parse(entry.minimumNotional()));
      long interval = Duration.parse(entry.interval()).toNanos();
      return switch (entry.format()) {
        case "candles" -> new DataFile.Candles(file, terms, CandleLayout.bundled(interval));
        case "binance-capture" -> new DataFile.BinanceCapture(file, terms, interval);
        default ->
            throw new IllegalArgumentException(
                "format=" + entry.format() + ", expected candles or binance-capture");
      };
    } catch (RuntimeException e) {
      throw new BadMarketData(
          list, 0, "entry " + entry.file() + ": " + e.getMessage(), "Restore the file", e);
    }
  }

  /** The files, in the order of the list. */
  public List<DataFile> files() {
    return files;
  }

  /** The list itself, with origins and licences. */
  public List<Entry> entries() {
    return entries;
  }
}
