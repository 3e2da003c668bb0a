package ai.neo.orchestrator.marketdata.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.tradingtypes.Bar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CandleFileTest {
  private static final long MINUTE = 60_000_000_000L;

  @TempDir Path folder;

  /** The same three minutes from 2021-04-20 20:42 UTC on, as different people write them. */
  static List<Layout> layouts() {
    return List.of(
        new Layout(
            "BTCUSDT-1m.csv",
            """
            timestamp_ms,open,high,low,close,volume
            1618951320000,10,14,9,12,1.5
            1618951380000,12,13,11,12,0
            1618951440000,12,15,12,15,2.25
            """),
        new Layout(
            "btc_usdt.txt",
            """
            Date;Open;High;Low;Close;Volume
            2021-04-20 20:42:00;10,0;14,0;9,0;12,0;1,5
            2021-04-20 20:43:00;12,0;13,0;11,0;12,0;0,0
            2021-04-20 20:44:00;12,0;15,0;12,0;15,0;2,25
            """),
        new Layout(
            "BTCUSDT.tsv",
            "time\topen\thigh\tlow\tclose\tvol\n"
                + "2021-04-20T20:42Z\t10\t14\t9\t12\t1.5\n"
                + "2021-04-20T22:43+02:00\t12\t13\t11\t12\t0\n"
                + "2021-04-20T20:44:00.000Z\t12\t15\t12\t15\t2.25\n"),
        new Layout(
            "bitfinex-BTCUSDT.csv",
            """
            1618951320000,10,12,14,9,1.5
            1618951380000,12,12,13,11,0
            1618951440000,12,15,15,12,2.25
            """),
        new Layout(
            "coinbase BTC-USDT.json",
            "[[1618951440,12,15,12,15,2.25],[1618951380,11,13,12,12,0],[1618951320,9,14,10,12,1.5]]"),
        new Layout(
            "BTCUSDT.json",
            """
            {"symbol": "BTCUSDT", "candles": [
              {"start":"1618951320","low":"9","high":"14","open":"10","close":"12","volume":"1.5"},
              {"start":"1618951380","low":"11","high":"13","open":"12","close":"12","volume":"0"},
              {"volume":"2.25","start":"1618951440","low":"12","high":"15","open":"12","close":"15"}
            ]}
            """),
        new Layout(
            "BTCUSDT-binance-klines.csv",
            """
            1618951320000,10,14,9,12,1.5,1618951379999,18,3,1,12,0
            1618951380000,12,13,11,12,0,1618951439999,0,0,0,0,0
            1618951440000,12,15,12,15,2.25,1618951499999,30,4,1,12,0
            """),
        new Layout(
            "ends.csv",
            """
            symbol,endTime,openPrice,highPrice,lowPrice,closePrice,volume
            BTC/USDT,1618951379999,10,14,9,12,1.5
            BTC/USDT,1618951439999,12,13,11,12,0
            BTC/USDT,1618951499999,12,15,12,15,2.25
            """),
        new Layout(
            "metatrader BTCUSDT.csv",
            """
            2021.04.20,20:42,10,14,9,12,1.5
            2021.04.20,20:43,12,13,11,12,0
            2021.04.20,20:44,12,15,12,15,2.25
            """),
        new Layout(
            "download BTCUSDT.csv",
            "\uFEFFhttps://example.org/the-source\r\n"
                + "\"Date\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume USD\",\"Volume BTC\"\r\n"
                + "\"4/20/2021 8:44 PM\",\"12\",\"15\",\"12\",\"15\",\"30\",\"2.25\"\r\n"
                + "\"4/20/2021 8:43 PM\",\"12\",\"13\",\"11\",\"12\",\"0\",\"0\"\r\n"
                + "\"4/20/2021 8:42 PM\",\"10\",\"14\",\"9\",\"12\",\"18\",\"1.5\"\r\n"),
        new Layout(
            "btcusdt/20210420_trade.csv",
            """
            74520000,10,14,9,12,1.5
            74580000,12,13,11,12,0
            74640000,12,15,12,15,2.25
            """));
  }

  record Layout(String name, String text) {}

  @ParameterizedTest
  @MethodSource("layouts")
  void recognisesTheSameBarsInEachLayout(Layout layout) throws IOException {
    CandleFile found = CandleFile.read(write(layout.name(), layout.text()));

    assertThat(found.symbol()).isEqualTo("BTCUSDT");
    assertThat(found.intervalNs()).isEqualTo(MINUTE);
    assertThat(found.bars()).hasSize(3);
    assertThat(Instant.ofEpochSecond(0, found.bars().getFirst().openTimeNs()))
        .isEqualTo(Instant.parse("2021-04-20T20:42:00Z"));
    assertThat(Instant.ofEpochSecond(0, found.bars().getLast().closeTimeNs()))
        .isEqualTo(Instant.parse("2021-04-20T20:45:00Z"));
    long open = found.bars().getFirst().openTimeNs();
    assertThat(found.bars())
        .containsExactly(
            bar(open, 10, 14, 9, 12, 150_000_000L),
            bar(open + MINUTE, 12, 13, 11, 12, 0),
            bar(open + 2 * MINUTE, 12, 15, 12, 15, 225_000_000L));
    assertThat(found.description()).contains("BTCUSDT", "3 bars of 1 min", "2021-04-20T20:42:00Z");
  }

  @Test
  void readsPackedFilesAndGuessesTheStepsFromTheDecimals() throws IOException {
    Path file = folder.resolve("ETHBTC-1h.csv.gz");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          """
          1618948800,0.03741,0.0375,0.0374,0.037412,12.3456
          1618952400,0.037412,0.0375,0.0374,0.0375,1.2714400000000001
          """
              .getBytes(UTF_8));
    }
    CandleFile found = CandleFile.read(file);

    assertThat(found.tickSizeE8()).isEqualTo(100);
    assertThat(found.lotSizeE8()).isEqualTo(1_000);
    assertThat(found.bars().getLast().volumeE8()).isEqualTo(127_144_000L);
    assertThat(found.intervalNs()).isEqualTo(60 * MINUTE);
  }

  @Test
  void takesTimesInTheZoneThatIsSaid() throws IOException {
    Path file = write("SPY.csv", "20210420 09:30,1,1,1,1,5\n20210420 09:31,1,1,1,1,5\n");

    assertThat(CandleFile.read(file, ZoneId.of("America/New_York")).bars().getFirst().openTimeNs())
        .isEqualTo(Instant.parse("2021-04-20T13:30:00Z").getEpochSecond() * 1_000_000_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "1618951320, seconds",
    "1618951320000, milliseconds",
    "1618951320000000, microseconds",
    "1618951320000000000, nanoseconds"
  })
  void tellsUnitsOfTimeByTheirSize(long first, String unit) throws IOException {
    long step = first / 1_618_951_320L * 60;
    Path file = write("X-" + unit + ".csv", row(first) + row(first + step));

    CandleFile found = CandleFile.read(file);

    assertThat(found.recognition().timeUnit()).startsWith(unit);
    assertThat(found.intervalNs()).isEqualTo(MINUTE);
    assertThat(found.bars().getFirst().openTimeNs()).isEqualTo(1_618_951_320_000_000_000L);
  }

  @Test
  void followsAChangeOfTheIntervalSoThatNoBarIsKnownTooEarly() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int minute = 0; minute < 60; minute++) {
      text.append(row(1_618_952_400L + minute * 60L));
    }
    for (int hour = 1; hour < 20; hour++) {
      text.append(row(1_618_952_400L + hour * 3600L));
    }
    List<Bar> bars = CandleFile.read(write("X.csv", text.toString())).bars();

    assertThat(bars.get(59).closeTimeNs() - bars.get(59).openTimeNs()).isEqualTo(MINUTE);
    assertThat(bars.get(60).closeTimeNs() - bars.get(60).openTimeNs()).isEqualTo(60 * MINUTE);
    assertThat(bars.getLast().closeTimeNs() - bars.getLast().openTimeNs()).isEqualTo(60 * MINUTE);
  }

  @Test
  void takesGapsAndBarsWithoutVolumeAsNormal() throws IOException {
    Path file =
        write("X.csv", row(1_618_951_320) + row(1_618_951_380) + row(1_618_970_000 / 60 * 60));

    CandleFile found = CandleFile.read(file);

    assertThat(found.bars()).hasSize(3);
    assertThat(found.recognition().notes()).anyMatch(note -> note.contains("gap"));
  }

  static List<BadFile> badFiles() {
    String good = "1618951320,10,14,9,12,1\n1618951380,12,13,11,12,0\n";
    String header = "time,open,high,low,close,volume\n";
    return List.of(
        new BadFile("", 0, "empty"),
        new BadFile("time,open,low,close\n1618951320,1,1,1\n", 1, "no column for high, volume"),
        new BadFile("time,open,high,low,close\n1618951320,1,1,1,1\n", 1, "no column for volume"),
        new BadFile("1618951320,1,1,1,1\n1618951380,1,1,1,1\n", 1, "expected a time, four prices"),
        new BadFile("a,b\n1,2\n", 2, "fewer than four columns"),
        new BadFile("time,open,low,close,volume\n1618951320,1,1,1,1\n", 1, "no column for high"),
        new BadFile(header, 1, "no row with a time and four prices"),
        new BadFile(header + good + "1618951440,NaN,13,11,12,0\n", 4, "open=\"NaN\""),
        new BadFile(header + good + "1618951440,12,inf,11,12,0\n", 4, "high=\"inf\""),
        new BadFile(header + good + "1618951440,12,13,,12,0\n", 4, "low=\"\""),
        new BadFile(good + "1618951440,12,13,-11,12,0\n", 3, "zero or less"),
        new BadFile(good + "1618951440,12,11,13,12,0\n", 3, "high is below low"),
        new BadFile(good + "1618951440,12,13,11,12,-1\n", 3, "negative volume"),
        new BadFile(good + "1618951380,12,13,11,12,0\n", 3, "once more"),
        new BadFile(good + "1618951300,12,13,11,12,0\n", 3, "out of order"),
        new BadFile(good + "1618951440,12,13\n", 3, "3 fields"),
        new BadFile(good + "yesterday,12,13,11,12,0\n", 3, "time=\"yesterday\""),
        new BadFile(good + "1618951440,12,99999999999999,11,12,0\n", 3, "below 92 billion"),
        new BadFile("1618951320,10,14,9,12,1\n", 0, "at least two"),
        new BadFile("[[1618951320,10,14,9,12,1],[16189", 1, "no valid JSON"),
        new BadFile(
            "symbol," + header + "A,1618951320,1,1,1,1,1\nB,1618951320,1,1,1,1,1\n",
            2,
            "several instruments"));
  }

  record BadFile(String text, long line, String says) {}

  @ParameterizedTest
  @MethodSource("badFiles")
  void refusesBadFilesWithPlaceReasonAndRemedy(BadFile bad) throws IOException {
    Path file = write("BAD.csv", bad.text());

    assertThatThrownBy(() -> CandleFile.read(file))
        .isInstanceOfSatisfying(
            BadMarketDataException.class,
            e -> {
              assertThat(e).hasMessageContaining(bad.says()).hasMessageContaining("BAD.csv");
              assertThat(e.line()).isEqualTo(bad.line());
              assertThat(e.getMessage()).matches("(?s).*\\. [A-Z].*\\.");
            });
  }

  @Test
  void saysThatAFileIsMissing() {
    assertThatThrownBy(() -> CandleFile.read(folder.resolve("none.csv")))
        .isInstanceOf(BadMarketDataException.class)
        .hasMessageContaining("none.csv");
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static String row(long time) {
    return time + ",12,13,11,12,0\n";
  }

  private static Bar bar(long open, long o, long h, long l, long c, long volumeE8) {
    long one = 100_000_000L;
    return new Bar(0, open, open + MINUTE, o * one, h * one, l * one, c * one, volumeE8);
  }
}
