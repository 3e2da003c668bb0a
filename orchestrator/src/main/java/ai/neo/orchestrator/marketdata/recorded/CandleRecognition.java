package ai.neo.orchestrator.marketdata.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.neo.orchestrator.marketdata.DecimalText;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds out how one candle file is laid out. Used once. */
final class CandleRecognition {
  private static final int SAMPLED_ROWS = 2_000;
  private static final char[] DELIMITERS = {'\t', ';', ',', '|'};

  private final Path file;
  private final ZoneId zone;
  private final FileNameHints name;
  private final List<String> notes = new ArrayList<>();

  CandleRecognition(Path file, ZoneId zone) {
    this.file = file;
    this.zone = zone;
    this.name = new FileNameHints(file);
  }

  CandleFile recognise() {
    CandleLayout.Shape text = textShape();
    List<SampledRow> sample = sample(text);
    int firstBar = firstBar(sample);
    CandleLayout.Shape shape =
        new CandleLayout.Shape(text.json(), text.delimiter(), text.decimalComma(), firstBar);
    Optional<ColumnNames> names = header(sample, firstBar);
    List<SampledRow> bars = sample.subList(firstBar, sample.size());
    String symbol = symbol(names, bars);
    CandleLayout.Columns columns =
        names.isPresent()
            ? names.get().columns(symbol)
            : new ColumnOrder(file, bars).columns(name.day().isPresent());
    CandleLayout.Clock clock = clock(names, columns, bars);
    CandleScan scan = scan(shape, columns, clock);
    if (scan.endsBeforeBoundary() && clock.format().isCount()) {
      clock = new CandleLayout.Clock(clock.format(), zone, clock.day(), true, 1_000_000L);
      scan = scan(shape, columns, clock);
    }
    CandleLayout layout =
        new CandleLayout(shape, columns, clock, scan.intervals(), scan.newestFirst());
    return result(symbol, layout, scan, names.isPresent() ? sample.get(firstBar - 1) : null);
  }

  private CandleScan scan(
      CandleLayout.Shape shape, CandleLayout.Columns columns, CandleLayout.Clock clock) {
    CandleScan scan = new CandleScan(file);
    try (CandleReader reader = new CandleReader(file, shape, columns, clock)) {
      scan.read(reader);
    }
    return scan;
  }

  private CandleLayout.Shape textShape() {
    try (LineReader lines = new LineReader(file)) {
      List<String> first = new ArrayList<>();
      while (first.size() < 50 && lines.advance()) {
        String line = lines.text();
        if (!line.isBlank() && !line.startsWith("#")) {
          first.add(line.length() > 10_000 ? line.substring(0, 10_000) : line);
        }
      }
      if (first.isEmpty()) {
        throw new BadMarketDataException(
            file, 0, "the file is empty", "Give a file with one bar in each line");
      }
      String start = first.getFirst().stripLeading();
      if (start.startsWith("[") || start.startsWith("{")) {
        return new CandleLayout.Shape(true, ',', false, 0);
      }
      return delimitedShape(first);
    }
  }

  private CandleLayout.Shape delimitedShape(List<String> lines) {
    char best = 0;
    long most = 0;
    for (char delimiter : DELIMITERS) {
      long wide = lines.stream().filter(line -> count(line, delimiter) >= 3).count();
      if (wide > most) {
        most = wide;
        best = delimiter;
      }
    }
    if (most > 0) {
      boolean decimalComma = best == ';' && lines.getLast().indexOf(',') >= 0;
      return new CandleLayout.Shape(false, best, decimalComma, 0);
    }
    throw new BadMarketDataException(
        file,
        lines.size(),
        "fewer than four columns, expected six, whatever of comma, semicolon, tab or | is between them",
        "A candle file has time, open, high, low, close and volume in each line");
  }

  private static long count(String line, char wanted) {
    return line.chars().filter(character -> character == wanted).count();
  }

  private List<SampledRow> sample(CandleLayout.Shape shape) {
    List<SampledRow> sample = new ArrayList<>();
    try (RowSource rows = shape.open(file)) {
      while (sample.size() < SAMPLED_ROWS && rows.advance()) {
        List<String> fields = new ArrayList<>(rows.fields());
        for (int field = 0; field < rows.fields(); field++) {
          fields.add(rows.text(field));
        }
        sample.add(new SampledRow(rows.line(), fields));
      }
    }
    return sample;
  }

  /** The first row that holds numbers. */
  private int firstBar(List<SampledRow> sample) {
    for (int row = 0; row < sample.size(); row++) {
      if (sample.get(row).fields().stream().filter(CandleRecognition::isNumber).count() >= 3) {
        return row;
      }
    }
    throw new BadMarketDataException(
        file,
        sample.isEmpty() ? 0 : sample.getLast().line(),
        "no row with a time and four prices",
        "Give a file with one bar in each row");
  }

  private static boolean isNumber(String field) {
    byte[] bytes = field.getBytes(UTF_8);
    try {
      DecimalText.parseE8(bytes, 0, bytes.length);
      return true;
    } catch (NumberFormatException e) {
      return Set.of("nan", "inf", "-inf", "infinity").contains(field.toLowerCase(Locale.ROOT));
    }
  }

  private Optional<ColumnNames> header(List<SampledRow> sample, int firstBar) {
    if (firstBar == 0) {
      return Optional.empty();
    }
    SampledRow header = sample.get(firstBar - 1);
    return Optional.of(new ColumnNames(file, header.line(), header.fields()));
  }

  private String symbol(Optional<ColumnNames> names, List<SampledRow> bars) {
    int column = names.map(ColumnNames::symbol).orElse(-1);
    if (column < 0) {
      return name.symbol();
    }
    Set<String> symbols = new TreeSet<>();
    for (SampledRow bar : bars) {
      if (column < bar.fields().size()) {
        symbols.add(bar.fields().get(column));
      }
    }
    if (symbols.size() > 1) {
      throw new BadMarketDataException(
          file,
          bars.getFirst().line(),
          "several instruments in one file: " + String.join(", ", symbols),
          "Split it into one file for each");
    }
    String symbol = symbols.iterator().next().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9.]", "");
    return symbol.isEmpty() ? name.symbol() : symbol;
  }

  private CandleLayout.Clock clock(
      Optional<ColumnNames> names, CandleLayout.Columns columns, List<SampledRow> bars) {
    SampledRow first = bars.getFirst();
    String time = columns.time() < first.fields().size() ? first.fields().get(columns.time()) : "";
    TimeFormat format =
        TimeFormat.of(time, name.day().isPresent())
            .orElseThrow(
                () ->
                    new BadMarketDataException(
                        file,
                        first.line(),
                        "time=\""
                            + time
                            + "\", expected seconds, milliseconds, microseconds or"
                            + " nanoseconds since 1970, or a date such as 2021-04-20 20:42",
                        "Write the times in one of these ways"));
    if (format == TimeFormat.MONTH_FIRST || format == TimeFormat.DAY_FIRST) {
      format = dayOrMonthFirst(columns.time(), bars);
    }
    Optional<LocalDate> day =
        format == TimeFormat.MILLISECONDS_OF_DAY ? name.day() : Optional.empty();
    boolean marksClose = names.map(ColumnNames::timeIsClose).orElse(false);
    return new CandleLayout.Clock(format, zone, day, marksClose, 0);
  }

  private TimeFormat dayOrMonthFirst(int column, List<SampledRow> bars) {
    int largestFirst = 0;
    int largestSecond = 0;
    for (SampledRow bar : bars) {
      String[] parts = bar.fields().get(column).split("[^0-9]+", 3);
      if (parts.length == 3 && parts[0].length() <= 2 && parts[1].length() <= 2) {
        largestFirst = Math.max(largestFirst, Integer.parseInt(parts[0]));
        largestSecond = Math.max(largestSecond, Integer.parseInt(parts[1]));
      }
    }
    if (largestFirst > 12) {
      return TimeFormat.DAY_FIRST;
    }
    if (largestSecond <= 12) {
      notes.add("day and month cannot be told apart; the first is taken as the month");
    }
    return TimeFormat.MONTH_FIRST;
  }

  private CandleFile result(
      String symbol, CandleLayout layout, CandleScan scan, SampledRow header) {
    note(layout, scan);
    TimeFormat format = layout.clock().format();
    boolean zoned = !format.isCount() || format == TimeFormat.MILLISECONDS_OF_DAY;
    return new CandleFile(
        file,
        symbol,
        layout.intervals().mostFrequentNs(),
        CandleBars.read(file, layout),
        scan.tickSizeE8(),
        scan.lotSizeE8(),
        new CandleFile.Recognition(
            columnsText(layout.columns(), header),
            format.text(),
            zoned ? zone + ", unless a time states its own" : "UTC",
            notes));
  }

  private void note(CandleLayout layout, CandleScan scan) {
    if (scan.newestFirst()) {
      notes.add("the newest bar comes first: the file is turned round");
    }
    if (scan.zeroVolumes() == scan.rows()) {
      notes.add("no bar has volume: no order will be filled on this file");
    } else if (scan.zeroVolumes() > 0) {
      notes.add(scan.zeroVolumes() + " bars have no volume, which is normal");
    }
    long unusual = scan.unusualSteps(layout.intervals().mostFrequentNs());
    if (!layout.intervals().changesNs().isEmpty()) {
      notes.add("the length of a bar changes " + layout.intervals().changesNs().size() + " times");
    } else if (unusual > 0) {
      notes.add(unusual + " gaps where bars are missing");
    }
    if (layout.clock().marksClose()) {
      notes.add("times are taken as the end of their bar");
    }
  }

  private static String columnsText(CandleLayout.Columns columns, SampledRow header) {
    StringBuilder text = new StringBuilder(160);
    part(text, "time", columns.time(), header);
    part(text, "time of day", columns.timeOfDay(), header);
    part(text, "open", columns.open(), header);
    part(text, "high", columns.high(), header);
    part(text, "low", columns.low(), header);
    part(text, "close", columns.close(), header);
    part(text, "volume", columns.volume(), header);
    return text.toString();
  }

  private static void part(StringBuilder text, String what, int column, SampledRow header) {
    if (column < 0) {
      return;
    }
    text.append(text.isEmpty() ? "" : ", ").append(what).append(" = ");
    if (header != null
        && column < header.fields().size()
        && !header.fields().get(column).isEmpty()) {
      text.append('"').append(header.fields().get(column)).append('"');
    } else {
      text.append("column ").append(column + 1);
    }
  }
}
