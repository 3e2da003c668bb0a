package ai.neo.featurestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.neo.tradingtypes.Bar;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRowsTest {
  private static final FeatureSetDefinition DEFAULT =
      FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);

  private static final int HORIZON = 10;
  private static final double THRESHOLD = 0.004;

  private static TrainingRows rows(List<Bar> bars) {
    return TrainingRows.build(DEFAULT, bars, HORIZON, THRESHOLD);
  }

  @Test
  void aRowIsWhatTheLivePipelineSaysAtThatBar() {
    List<Bar> bars = RandomWalk.bars(1, 400);
    TrainingRows rows = rows(bars);
    assertThat(rows.size()).isEqualTo(400 - (DEFAULT.barsNeeded() - 1) - HORIZON);
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    float[] live = new float[pipeline.width()];
    int row = 0;
    for (Bar bar : bars.subList(0, 400 - HORIZON)) {
      pipeline.onBar(bar);
      if (pipeline.ready()) {
        pipeline.copyTo(live);
        assertThat(rows.row(row)).isEqualTo(live);
        assertThat(rows.timeNs(row)).isEqualTo(bar.closeTimeNs());
        row++;
      }
    }
    assertThat(row).isEqualTo(rows.size());
  }

  @Test
  void labelsFollowTheForwardReturn() {
    List<Bar> bars = RandomWalk.bars(2, 2000);
    TrainingRows rows = rows(bars);
    int first = DEFAULT.barsNeeded() - 1;
    for (int i = 0; i < rows.size(); i++) {
      double now = bars.get(first + i).closeE8();
      double forward = bars.get(first + i + HORIZON).closeE8() / now - 1;
      assertThat(rows.forwardReturn(i)).isEqualTo(forward);
      assertThat(rows.label(i)).isEqualTo(forward > THRESHOLD ? 2 : forward < -THRESHOLD ? 0 : 1);
    }
    assertThat(rows.countsByLabel()).doesNotContain(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 200, 399})
  void anotherFutureLeavesEarlierRowsAsTheyWere(int changed) {
    List<Bar> bars = RandomWalk.bars(3, 400);
    List<Bar> other = new ArrayList<>(bars.subList(0, changed));
    for (int i = changed; i < 400; i++) {
      other.add(RandomWalk.bar(i, new long[] {5, 9, 3, 4 + i % 3}, 1_000_000_000, 1));
    }
    TrainingRows one = rows(bars);
    TrainingRows two = rows(other);
    int first = DEFAULT.barsNeeded() - 1;
    int differing = 0;
    for (int i = 0; i < one.size(); i++) {
      int bar = first + i;
      if (bar < changed) {
        assertThat(two.row(i)).as("features at bar %d", bar).isEqualTo(one.row(i));
      } else if (!java.util.Arrays.equals(one.row(i), two.row(i))) {
        differing++;
      }
      if (bar + HORIZON < changed) {
        assertThat(two.forwardReturn(i)).isEqualTo(one.forwardReturn(i));
      }
    }
    assertThat(differing).isEqualTo(Math.max(0, one.size() + first - changed));
  }

  @Test
  void aSplitByTimeLetsNoLabelLookAcrossIt() {
    TrainingRows rows = rows(RandomWalk.bars(4, 400));
    long splitNs = rows.timeNs(200);
    TrainingRows before = rows.knownBefore(splitNs);
    TrainingRows after = rows.from(splitNs);
    assertThat(before.size()).isEqualTo(200 - HORIZON);
    assertThat(before.labelTimeNs(before.size() - 1)).isLessThan(splitNs);
    assertThat(after.timeNs(0)).isEqualTo(splitNs);
    assertThat(after.row(0)).isEqualTo(rows.row(200));
    assertThat(after.label(0)).isEqualTo(rows.label(200));
  }

  @Test
  void tooFewBarsGiveNoRow() {
    assertThat(rows(RandomWalk.bars(5, 43)).size()).isZero();
    assertThat(rows(RandomWalk.bars(5, 44)).size()).isEqualTo(1);
    assertThat(rows(List.of()).size()).isZero();
  }

  @Test
  void barsOutOfOrderAndSettingsOutOfRangeAreRefused() {
    List<Bar> bars = new ArrayList<>(RandomWalk.bars(6, 100));
    bars.add(51, bars.get(50));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rows(bars))
        .withMessageContaining("bar index=51");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainingRows.build(DEFAULT, bars, 0, 0.1))
        .withMessageContaining("horizon_bars=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainingRows.build(DEFAULT, bars, 1, Double.NaN))
        .withMessageContaining("threshold=NaN");
  }
}
