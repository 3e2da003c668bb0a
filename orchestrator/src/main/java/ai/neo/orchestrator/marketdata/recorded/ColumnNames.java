package ai.neo.orchestrator.marketdata.recorded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Finds the columns of a candle file by the names that people and venues give them. */
final class ColumnNames {
  private static final Set<String> OPEN_TIMES =
      Set.of(
          "timestamp",
          "timestampms",
          "timestamputc",
          "timestampns",
          "time",
          "date",
          "datetime",
          "opentime",
          "starttime",
          "start",
          "ts",
          "t",
          "unix",
          "unixtime",
          "unixtimestamp",
          "gmttime",
          "localtime",
          "dateutc",
          "timeutc",
          "datetimeutc",
          "day",
          "candletime",
          "openingtime",
          "periodstart",
          "timeperiodstart",
          "bartime");
  private static final Set<String> CLOSE_TIMES =
      Set.of(
          "closetime", "endtime", "end", "timeclose", "closingtime", "periodend", "timeperiodend");
  private static final Set<String> OPENS =
      Set.of("open", "o", "openprice", "priceopen", "bidopen", "openbid", "opening", "first");
  private static final Set<String> HIGHS =
      Set.of("high", "h", "highprice", "pricehigh", "bidhigh", "highbid", "max", "maxprice");
  private static final Set<String> LOWS =
      Set.of("low", "l", "lowprice", "pricelow", "bidlow", "lowbid", "min", "minprice");
  private static final Set<String> CLOSES =
      Set.of("close", "c", "closeprice", "priceclose", "bidclose", "closebid", "closing", "last");
  private static final Set<String> VOLUMES =
      Set.of(
          "volume",
          "vol",
          "v",
          "basevolume",
          "volumebase",
          "tickvol",
          "tickvolume",
          "volumetraded",
          "vtbase",
          "qty",
          "quantity");
  private static final Set<String> SYMBOLS =
      Set.of(
          "symbol",
          "ticker",
          "pair",
          "instrument",
          "market",
          "code",
          "tic",
          "product",
          "productid",
          "s");

  private final Path file;
  private final long line;
  private final List<String> names;

  ColumnNames(Path file, long line, List<String> header) {
    this.file = file;
    this.line = line;
    this.names = header.stream().map(ColumnNames::plain).toList();
  }

  /** Lower case, letters and digits only, a leading number as in {@code 1. open} cut off. */
  private static String plain(String name) {
    String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    return letters.replaceFirst("^[0-9]+", "");
  }

  /** Whether the file's first column, without a name, is the time: as pandas writes an index. */
  private boolean firstIsIndex() {
    return names.getFirst().isEmpty() || names.getFirst().startsWith("unnamed");
  }

  CandleLayout.Columns columns(String symbol) {
    List<String> missing = new ArrayList<>();
    int time = find(OPEN_TIMES);
    int timeOfDay = -1;
    if (names.contains("date") && names.contains("time")) {
      time = names.indexOf("date");
      timeOfDay = names.indexOf("time");
    }
    if (time < 0) {
      time = firstIsIndex() ? 0 : find(CLOSE_TIMES);
    }
    int open = find(OPENS);
    int high = find(HIGHS);
    int low = find(LOWS);
    int close = find(CLOSES);
    note(missing, time, "time");
    note(missing, open, "open");
    note(missing, high, "high");
    note(missing, low, "low");
    note(missing, close, "close");
    int volume = volume(symbol);
    note(missing, volume, "volume");
    if (!missing.isEmpty()) {
      throw new BadMarketDataException(
          file,
          line,
          "no column for " + String.join(", ", missing) + " among: " + String.join(", ", names),
          "A candle file needs columns named time, open, high, low, close and volume; what is filled"
              + " is a share of a bar's volume");
    }
    return new CandleLayout.Columns(time, timeOfDay, open, high, low, close, volume);
  }

  private static void note(List<String> missing, int column, String name) {
    if (column < 0) {
      missing.add(name);
    }
  }

  /** Whether the only time that the file has is its bars' end. */
  boolean timeIsClose() {
    return find(OPEN_TIMES) < 0 && !firstIsIndex() && find(CLOSE_TIMES) >= 0;
  }

  /** The volume in base units: {@code volume_btc} of BTCUSD before a plain {@code volume}. */
  private int volume(String symbol) {
    String base = symbol.toLowerCase(Locale.ROOT);
    for (int column = 0; column < names.size(); column++) {
      String name = names.get(column);
      if (name.startsWith("volume") && name.length() > 6 && base.startsWith(name.substring(6))) {
        return column;
      }
    }
    return find(VOLUMES);
  }

  /** The column that names the instrument; −1 if there is none. */
  int symbol() {
    return find(SYMBOLS);
  }

  private int find(Set<String> aliases) {
    for (int column = 0; column < names.size(); column++) {
      if (aliases.contains(names.get(column))) {
        return column;
      }
    }
    return -1;
  }
}
