package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * A file of candles, its columns recognised by their names or, without a header, by their order.
 *
 * @param symbol from the file's name, up to the first character that is no letter or digit
 * @param intervalNs the most frequent step
 * @param bars in order; instrument id 0
 * @param tickSizeE8 smallest step of the prices seen
 * @param lotSizeE8 smallest step of the volumes seen
 * @param description what was recognised, for a person
 */
public record CandleFile(
    String symbol,
    long intervalNs,
    List<Bar> bars,
    long tickSizeE8,
    long lotSizeE8,
    String description) {
  private static final Map<String, List<String>> ALIASES =
      Map.of(
          "time",
          List.of(
              "timestamp_ms",
              "timestamp",
              "time",
              "date",
              "datetime",
              "open_time",
              "opentime",
              "unix",
              "start",
              "ts"),
          "open",
          List.of("open", "o"),
          "high",
          List.of("high", "h"),
          "low",
          List.of("low", "l"),
          "close",
          List.of("close", "c"),
          "volume",
          List.of("volume", "vol", "v", "volume_base", "base_volume"));

  /** Rows from which tick and lot are guessed. */
  private static final int SAMPLED = 2000;

  /**
   * Reads a file, gzip or plain.
   *
   * @throws BadMarketDataException naming file, line, what is wrong and what was expected
   */
  public static CandleFile read(Path file) throws IOException {
    return new Reader(file).read();
  }

  private static final class Row {
    final long line;
    final long timeNs;
    final long[] values;

    Row(long line, long timeNs, long[] values) {
      this.line = line;
      this.timeNs = timeNs;
      this.values = values;
    }
  }

  private static final class Reader {
    private final Path file;
    private final List<Row> rows = new ArrayList<>();
    private int[] columns;
    private String separator = ",";
    private String columnText = "by order: time, open, high, low, close, volume";
    private Optional<Times> times = Optional.empty();
    private int priceDecimals;
    private int volumeDecimals;
    private boolean reversed;

    Reader(Path file) {
      this.file = file;
    }

    CandleFile read() throws IOException {
      if (!Files.isRegularFile(file)) {
        throw new BadMarketDataException(file, 0, "there is no such file (" + file + ")");
      }
      try (BufferedReader lines = open()) {
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          number++;
          String text = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
          if (!text.isBlank()) {
            line(text, number);
          }
        }
      }
      if (rows.size() < 2) {
        throw new BadMarketDataException(
            file, 0, "it has " + rows.size() + " candles, expected at least 2");
      }
      order();
      return candles();
    }

    private BufferedReader open() throws IOException {
      InputStream in = Files.newInputStream(file);
      if (file.toString().endsWith(".gz")) {
        in = new GZIPInputStream(in, 1 << 16);
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
    }

    private void line(String text, long number) {
      if (columns == null) {
        separator = text.contains("\t") ? "\t" : text.contains(";") ? ";" : ",";
        if (header(text, number)) {
          return;
        }
      }
      rows.add(row(text.split(separator, -1), number));
    }

    /** Whether the line names columns; if not, the order is taken. */
    private boolean header(String text, long number) {
      String[] cells = text.split(separator, -1);
      boolean named =
          text.toLowerCase(Locale.ROOT).contains("close") || isWord(cells[1 % cells.length]);
      columns = new int[] {0, 1, 2, 3, 4, 5};
      if (!named) {
        if (cells.length < 6) {
          throw new BadMarketDataException(
              file,
              number,
              cells.length + " columns, expected 6: time, open, high, low, close, volume");
        }
        return false;
      }
      Map<String, Integer> places = new HashMap<>();
      for (int i = 0; i < cells.length; i++) {
        places.putIfAbsent(cells[i].strip().replace("\"", "").toLowerCase(Locale.ROOT), i);
      }
      int at = 0;
      List<String> missing = new ArrayList<>();
      for (String column : List.of("time", "open", "high", "low", "close", "volume")) {
        Optional<Integer> place =
            ALIASES.get(column).stream().filter(places::containsKey).map(places::get).findFirst();
        if (place.isEmpty()) {
          missing.add(column);
        }
        columns[at++] = place.orElse(0);
      }
      if (!missing.isEmpty()) {
        throw new BadMarketDataException(
            file,
            number,
            "the header has no column for " + missing + "; it names " + places.keySet());
      }
      columnText = "by header: " + text.strip();
      return true;
    }

    private static boolean isWord(String cell) {
      return !cell.isBlank()
          && Character.isLetter(cell.strip().replace("\"", "").charAt(0))
          && !cell.strip().equalsIgnoreCase("nan");
    }

    private Row row(String[] cells, long number) {
      if (cells.length < 6) {
        throw new BadMarketDataException(
            file, number, cells.length + " columns, expected at least 6");
      }
      String time = cells[columns[0]].strip().replace("\"", "");
      if (times.isEmpty()) {
        times = Optional.of(Times.of(time, file, number));
      }
      long[] values = new long[5];
      for (int i = 0; i < values.length; i++) {
        values[i] = number(cells[columns[i + 1]].strip().replace("\"", ""), i, number);
      }
      return new Row(number, times.get().parse(time, file, number), values);
    }

    private long number(String cell, int column, long line) {
      String name = List.of("open", "high", "low", "close", "volume").get(column);
      long value;
      try {
        value = E8.parseRounded(cell, RoundingMode.HALF_EVEN);
      } catch (NumberFormatException e) {
        throw new BadMarketDataException(
            file, line, name + " is '" + cell + "', expected a finite decimal number");
      }
      if (value < 0 || (value == 0 && column < 4)) {
        throw new BadMarketDataException(
            file, line, name + " is " + cell + ", expected more than 0");
      }
      if (rows.size() < SAMPLED) {
        int decimals = decimals(value);
        if (column < 4) {
          priceDecimals = Math.max(priceDecimals, decimals);
        } else {
          volumeDecimals = Math.max(volumeDecimals, decimals);
        }
      }
      return value;
    }

    private static int decimals(long e8) {
      int decimals = E8.SCALE;
      long rest = e8;
      while (decimals > 0 && rest % 10 == 0) {
        rest /= 10;
        decimals--;
      }
      return decimals;
    }

    private void order() {
      if (rows.getFirst().timeNs > rows.getLast().timeNs) {
        Collections.reverse(rows);
        reversed = true;
      }
      for (int i = 1; i < rows.size(); i++) {
        Row before = rows.get(i - 1);
        Row row = rows.get(i);
        if (row.timeNs == before.timeNs) {
          throw new BadMarketDataException(
              file, row.line, "the time is that of line " + before.line + ": a duplicate candle");
        }
        if (row.timeNs < before.timeNs) {
          throw new BadMarketDataException(
              file,
              row.line,
              "the time is before that of line "
                  + before.line
                  + ": candles are out of order; sort the file by time");
        }
      }
    }

    private CandleFile candles() {
      long interval = interval();
      List<Bar> bars = new ArrayList<>(rows.size());
      for (Row row : rows) {
        long[] v = row.values;
        try {
          bars.add(new Bar(0, row.timeNs, row.timeNs + interval, v[0], v[1], v[2], v[3], v[4]));
        } catch (IllegalArgumentException e) {
          throw new BadMarketDataException(file, row.line, e.getMessage());
        }
      }
      String name = file.getFileName().toString();
      String symbol = name.split("[^A-Za-z0-9]", 2)[0].toUpperCase(Locale.ROOT);
      String description =
          String.format(
              Locale.ROOT,
              "%s: %d candles of %d s, columns %s, time in %s (UTC, bar open)%s",
              name,
              bars.size(),
              interval / 1_000_000_000L,
              columnText,
              times.orElseThrow().name(),
              reversed ? ", newest first and turned round" : "");
      return new CandleFile(
          symbol.isEmpty() ? "DATA" : symbol,
          interval,
          List.copyOf(bars),
          step(priceDecimals),
          step(Math.min(volumeDecimals, 6)),
          description);
    }

    private long interval() {
      Map<Long, Integer> steps = new HashMap<>();
      for (int i = 1; i < rows.size(); i++) {
        steps.merge(rows.get(i).timeNs - rows.get(i - 1).timeNs, 1, Integer::sum);
      }
      return Collections.max(
              steps.entrySet(),
              Map.Entry.<Long, Integer>comparingByValue()
                  .thenComparing(Map.Entry.<Long, Integer>comparingByKey().reversed()))
          .getKey();
    }

    private static long step(int decimals) {
      long step = E8.ONE;
      for (int i = 0; i < decimals; i++) {
        step /= 10;
      }
      return step;
    }
  }
}
