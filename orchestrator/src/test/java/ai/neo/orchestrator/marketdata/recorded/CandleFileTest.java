package ai.neo.orchestrator.marketdata.recorded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.MarketEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CandleFileTest {
  private static final Path SAMPLE = Path.of("..", "data", "sample");

  @TempDir Path directory;

  @Test
  void columnsAndTimeAreRecognised() throws IOException {
    assertThat(read("ETH-x.csv", "ts;O;H;L;C;V\n1700000000;1;3;0.5;2;10\n1700000060;2;2;2;2;0\n"))
        .satisfies(
            file -> {
              assertThat(file.symbol()).isEqualTo("ETH");
              assertThat(file.intervalNs()).isEqualTo(60_000_000_000L);
              assertThat(file.description()).contains("SECONDS");
              assertThat(file.bars().getLast().volumeE8()).isZero();
            });
    assertThat(
            read("a.csv", "2024-01-01 00:00,1,3,0.5,2,10\n2024-01-01 00:05,1,3,0.5,2,10\n")
                .bars()
                .getFirst()
                .openTimeNs())
        .isEqualTo(1_704_067_200_000_000_000L);
  }

  @Test
  void aFileNewestFirstIsTurnedRound() throws IOException {
    CandleFile file = read("a.csv", "1700000060,2,2,2,2,1\n1700000000,1,3,0.5,2,10\n");
    assertThat(file.bars().getFirst().openTimeNs()).isEqualTo(1_700_000_000_000_000_000L);
    assertThat(file.description()).contains("newest first");
  }

  @Test
  void floatNoiseIsRoundedAway() throws IOException {
    CandleFile file =
        read("a.csv", "1700000000,1.2714400000000001,2,1,2,1\n1700000060,2,2,2,2,1\n");
    assertThat(E8.format(file.bars().getFirst().openE8())).isEqualTo("1.27144");
  }

  @Test
  void whatIsWrongIsNamedWithFileAndLine() {
    bad("time,open,high,low,close\n1,1,1,1,1\n", "a.csv, line 1", "[volume]");
    bad("1700000000,1,3,0.5,2,10\n1700000060,1,NaN,1,1,1\n", "a.csv, line 2", "high is 'NaN'");
    bad("1700000000,1,3,0.5,2,10\n1700000000,1,3,0.5,2,10\n", "line 2", "duplicate");
    bad(
        "1700000000,1,3,0.5,2,1\n1700000120,1,3,0.5,2,1\n1700000060,1,3,0.5,2,1\n"
            + "1700000180,1,3,0.5,2,1\n",
        "line 3",
        "out of order");
    bad("1700000000,1,1,2,2,10\n1700000060,1,3,0.5,2,10\n", "line 1", "low <= open");
    bad("1700000000,1,3,-1,2,10\n1700000060,1,3,0.5,2,10\n", "line 1", "low is -1");
    bad("1700000000,1,3,0.5\n", "line 1", "columns");
    bad("", "a.csv", "0 candles");
    bad("noon,1,3,0.5,2,10\nnoon,1,3,0.5,2,10\n", "line 1", "time is 'noon'");
  }

  @Test
  void noBarIsBothTrainedAndTradedInTheSample() throws IOException {
    Recording recording = Recording.sample(SAMPLE, Recording.Selection.all());
    assertThat(recording.instruments()).hasSize(2);
    for (int id = 0; id < 2; id++) {
      Set<Long> trained = new HashSet<>();
      recording.trainingBars(id).forEach(bar -> trained.add(bar.timeNs()));
      long lastTrained = recording.trainingBars(id).getLast().timeNs();
      assertThat(trained).hasSizeGreaterThan(5000);
      assertThat(recording.open().info(id).fromNs()).isGreaterThan(lastTrained);
    }
    long last = 0;
    long bars = 0;
    var data = recording.open();
    for (Optional<MarketEvent> event = data.next(); event.isPresent(); event = data.next()) {
      assertThat(event.get().timeNs()).isGreaterThanOrEqualTo(last);
      last = event.get().timeNs();
      bars += event.get() instanceof Bar ? 1 : 0;
    }
    assertThat(bars).isGreaterThan(80_000);
  }

  @Test
  void aSelectionThatLeavesNothingSaysSo() {
    assertThatThrownBy(
            () ->
                Recording.sample(
                    SAMPLE,
                    new Recording.Selection(
                        Set.of("BTCUSDT"), OptionalLong.empty(), OptionalLong.of(1))))
        .hasMessageContaining("nothing is left to trade");
  }

  private CandleFile read(String name, String text) throws IOException {
    return CandleFile.read(Files.writeString(directory.resolve(name), text));
  }

  private void bad(String text, String... parts) {
    assertThatThrownBy(() -> read("a.csv", text))
        .isInstanceOf(BadMarketDataException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
