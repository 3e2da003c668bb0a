package ai.neo.orchestrator.marketdata.recorded;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a file's name tells: the symbol, and sometimes the day. */
final class FileNameHints {
  private static final Set<String> QUOTES =
      Set.of(
          "USD", "USDT", "USDC", "BUSD", "EUR", "GBP", "JPY", "CHF", "BTC", "ETH", "TRY", "PERP");
  private static final Set<String> NO_SYMBOLS =
      Set.of(
          "BINANCE",
          "COINBASE",
          "KRAKEN",
          "BITFINEX",
          "BITSTAMP",
          "BYBIT",
          "OKX",
          "GEMINI",
          "SPOT",
          "TRADE",
          "QUOTE",
          "CANDLES",
          "KLINES",
          "OHLC",
          "OHLCV",
          "DATA",
          "HISTORY",
          "DAILY",
          "HOURLY",
          "MINUTE",
          "PRICES",
          "BARS",
          "CSV",
          "JSON",
          "TXT",
          "GZ",
          "ZIP");
  private static final Pattern SYMBOL =
      Pattern.compile("[A-Z][A-Z0-9]{1,19}|[0-9]{1,6}[A-Z]{2,14}[0-9]?");
  private static final Pattern INTERVAL =
      Pattern.compile("[0-9]+(S|M|MIN|H|D|W|MO)|[SMHD][0-9]{1,2}|PT?[0-9]+[A-Z]");
  private static final Pattern DAY =
      Pattern.compile("(?<![0-9])([12][0-9]{3})[-_]?([01][0-9])[-_]?([0-3][0-9])(?![0-9])");

  private final Path file;

  FileNameHints(Path file) {
    this.file = file;
  }

  /** The symbol in the name, else in the folder's name, else the name itself. */
  String symbol() {
    Optional<String> own = symbolIn(baseName(file));
    Path folder = file.toAbsolutePath().getParent();
    if (own.isEmpty() && folder != null && folder.getFileName() != null && day().isPresent()) {
      own = symbolIn(folder.getFileName().toString());
    }
    String name = baseName(file).toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
    return own.orElse(name.isEmpty() ? "DATA" : name);
  }

  private static String baseName(Path file) {
    Path name = file.getFileName();
    return (name == null ? "" : name.toString())
        .replaceFirst("(?i)(\\.(csv|tsv|txt|json|gz|zip))+$", "");
  }

  private static Optional<String> symbolIn(String name) {
    List<String> words = new ArrayList<>();
    for (String word : name.toUpperCase(Locale.ROOT).split("[^A-Z0-9]+", -1)) {
      if (SYMBOL.matcher(word).matches()
          && !INTERVAL.matcher(word).matches()
          && !NO_SYMBOLS.contains(word)) {
        words.add(word);
      }
    }
    for (int second = 1; second < words.size(); second++) {
      String base = words.get(second - 1);
      if (QUOTES.contains(words.get(second)) && base.length() <= 6 && !isPair(base)) {
        return Optional.of(base + words.get(second));
      }
    }
    return words.stream()
        .filter(FileNameHints::isPair)
        .findFirst()
        .or(() -> words.stream().findFirst());
  }

  private static boolean isPair(String word) {
    return QUOTES.stream()
        .anyMatch(quote -> word.length() > quote.length() && word.endsWith(quote));
  }

  /** The one day that the file is of, where its name has a full date. */
  Optional<LocalDate> day() {
    Matcher day = DAY.matcher(baseName(file));
    if (!day.find()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          LocalDate.parse(
              day.group(1) + day.group(2) + day.group(3), DateTimeFormatter.BASIC_ISO_DATE));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
