package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.network.Architecture;
import ai.neo.proto.learning.v1.TrainedSeries;
import ai.neo.proto.lineage.TrainedSpan;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is written of a training's rows beside the version. */
class TrainingOrderTest {
  private static final TrainingPlan PLAN =
      new TrainingPlan(
          "set",
          1,
          1,
          0.001,
          new NetworkChoice(Architecture.MLP, 1, false, CalibrationMethod.NONE, 0f, 0));

  @Test
  void eachInstrumentHasItsOwnRowsAndTimes() {
    TrainingCall.Order order =
        order(rows(0, 2, 0, 2, 2), List.of(series("BTCUSDT"), series("NONE"), series("币安人生USDT")));

    String description = order.description(4, "ab");
    assertThat(description)
        .startsWith("files [5 rows, 4 trained, times 10 to 50 ns, sha256 ab; of");
    assertThat(TrainedSpan.in(description))
        .containsExactly(
            new TrainedSpan("BTCUSDT", 2, 60, 10, 30, 900),
            new TrainedSpan("币安人生USDT", 3, 60, 20, 50, 900));
  }

  @Test
  void withoutNamesTheTimeOfAllIsSaid() {
    assertThat(order(rows(0, 1), List.of()).description(1, "ab"))
        .isEqualTo("files [2 rows, 1 trained, times 10 to 20 ns, sha256 ab]");
  }

  @Test
  void rowsThatNobodyNamedAreRefused() {
    assertThatThrownBy(() -> order(rows(0, 1), List.of(series("BTCUSDT"))).spans())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows of series 1, and the header names 1");
    assertThatThrownBy(() -> order(rows(-1), List.of(series("BTCUSDT"))).spans())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TrainedSpan.requireInstrument("BTC]; of ETH"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without spaces");
  }

  @Test
  void moreNamesThanARegistryTakesAreLeftOutTogether() {
    int[] all = IntStream.range(0, 200).toArray();
    List<TrainedSeries> names = Collections.nCopies(200, series("A".repeat(20)));

    assertThat(order(rows(all), names).description(1, "ab"))
        .isEqualTo("files [200 rows, 1 trained, times 10 to 2000 ns, sha256 ab]");
  }

  private static TrainedSeries series(String name) {
    return TrainedSeries.newBuilder().setInstrument(name).setBarNs(60).setHorizonNs(900).build();
  }

  private static TrainingCall.Order order(TrainingRows rows, List<TrainedSeries> series) {
    return new TrainingCall.Order("direction", PLAN, rows, "files", series);
  }

  /** A row of each series, at 10, 20, 30 ns and so on. */
  private static TrainingRows rows(int... series) {
    TrainingRows rows = new TrainingRows(1);
    for (int row = 0; row < series.length; row++) {
      rows.add(
          List.of(1f), List.of(1), List.of(0f), List.of((row + 1) * 10L), List.of(series[row]));
    }
    return rows;
  }
}
