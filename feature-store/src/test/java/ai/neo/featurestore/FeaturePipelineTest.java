package ai.neo.featurestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.neo.featurestore.indicator.Rsi;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Side;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeaturePipelineTest {
  private static final FeatureSetDefinition DEFAULT =
      FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);

  private static float[] after(List<Bar> bars) {
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    bars.forEach(pipeline::onBar);
    float[] values = new float[pipeline.width()];
    pipeline.copyTo(values);
    return values;
  }

  @Test
  void isReadyExactlyWhenTheDefinitionSaysAndStaysSo() {
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    int seen = 0;
    for (Bar bar : RandomWalk.bars(1, 500)) {
      pipeline.onBar(bar);
      assertThat(pipeline.ready()).isEqualTo(++seen >= DEFAULT.barsNeeded());
    }
  }

  @Test
  void beforeItIsReadyItGivesNothingAway() {
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    assertThatIllegalStateException()
        .isThrownBy(() -> pipeline.copyTo(new float[pipeline.width()]))
        .withMessageContaining("bars=34");
    assertThat(pipeline.valueOf("rsi_14")).isNaN();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pipeline.valueOf("rsi14"))
        .withMessageContaining("nearest is rsi_14");
  }

  @Test
  void valuesAreThoseOfTheIndicators() {
    List<Bar> bars = RandomWalk.bars(2, 200);
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    Rsi rsi = new Rsi(14);
    for (Bar bar : bars) {
      pipeline.onBar(bar);
      rsi.update(E8.toDouble(bar.closeE8()));
    }
    assertThat(pipeline.valueOf("rsi_14")).isEqualTo(rsi.value() / 50 - 1);
    double close = bars.get(199).closeE8();
    assertThat(pipeline.valueOf("return_5"))
        .isCloseTo(100 * Math.log(close / bars.get(194).closeE8()), Offset.offset(1e-10));
    assertThat(pipeline.valueOf("return_1_lag_3"))
        .isCloseTo(
            100 * Math.log((double) bars.get(196).closeE8() / bars.get(195).closeE8()),
            Offset.offset(1e-10));
    assertThat(pipeline.valueOf("range"))
        .isCloseTo(
            100 * (bars.get(199).highE8() - bars.get(199).lowE8()) / close, Offset.offset(1e-10));
    double mean = bars.subList(180, 200).stream().mapToLong(Bar::closeE8).average().orElseThrow();
    assertThat(pipeline.valueOf("sma_20_distance"))
        .isCloseTo(100 * (close / mean - 1), Offset.offset(1e-9));
  }

  @Test
  void theSameBarsGiveTheSameBitsAndOneOtherBarDoesNot() {
    List<Bar> bars = RandomWalk.bars(3, 300);
    assertThat(after(bars)).isEqualTo(after(bars));
    assertThat(after(bars.subList(0, 299))).isNotEqualTo(after(bars));
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 10_000, 100_000_000})
  void valuesDoNotDependOnTheUnitOfPriceAndVolume(long unit) {
    List<Bar> dear = scaled(RandomWalk.bars(4, 300), unit, 1);
    List<Bar> cheap = scaled(RandomWalk.bars(4, 300), 1, unit);
    float[] one = after(cheap);
    float[] other = after(dear);
    for (int i = 0; i < one.length; i++) {
      assertThat(other[i]).as(DEFAULT.names().get(i)).isCloseTo(one[i], Offset.offset(1e-5f));
    }
  }

  /** Prices times {@code unit} over 1e6, so that the cheap ones are a few 1e-8 units. */
  private static List<Bar> scaled(List<Bar> bars, long unit, long volumeDivisor) {
    List<Bar> scaled = new ArrayList<>();
    for (Bar bar : bars) {
      scaled.add(
          new Bar(
              0,
              bar.openTimeNs(),
              bar.closeTimeNs(),
              bar.openE8() / 1_000_000 * unit,
              bar.highE8() / 1_000_000 * unit,
              bar.lowE8() / 1_000_000 * unit,
              bar.closeE8() / 1_000_000 * unit,
              bar.volumeE8() / 1_000_000_000 * 1_000_000_000 / volumeDivisor));
    }
    return scaled;
  }

  @Test
  void aMarketThatStandsStillGivesFiniteValues() {
    List<Bar> still = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      still.add(RandomWalk.bar(i, new long[] {7, 7, 7, 7}, 1, 0));
    }
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    still.forEach(pipeline::onBar);
    assertThat(pipeline.ready()).isTrue();
    assertThat(pipeline.valueOf("rsi_14")).isZero();
    assertThat(pipeline.valueOf("bollinger_20_percent_b")).isEqualTo(0.5);
    assertThat(pipeline.valueOf("volatility_10")).isZero();
    assertThat(pipeline.valueOf("volume_z_20")).isZero();
  }

  @Test
  void aWildBarIsClippedAndNothingBecomesInfinite() {
    List<Bar> bars = new ArrayList<>(RandomWalk.bars(5, 100));
    long[] huge = {1, 9_000_000_000_000_000_000L, 1, 9_000_000_000_000_000_000L};
    bars.add(RandomWalk.bar(100, huge, 1, Long.MAX_VALUE));
    for (int i = 101; i < 200; i++) {
      bars.add(RandomWalk.bar(i, new long[] {1, 1, 1, 1}, 1, 0));
    }
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    float[] values = new float[pipeline.width()];
    for (Bar bar : bars) {
      pipeline.onBar(bar);
      if (pipeline.ready()) {
        pipeline.copyTo(values);
        for (float value : values) {
          assertThat(value).isFinite().isBetween(-10f, 10f);
        }
      }
    }
  }

  @Test
  void aGapIsBridgedAndCounted() {
    List<Bar> bars = new ArrayList<>(RandomWalk.bars(6, 100));
    bars.subList(50, 53).clear();
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    bars.forEach(pipeline::onBar);
    assertThat(pipeline.missingBars()).isEqualTo(3);
    assertThat(pipeline.ready()).isTrue();
  }

  @Test
  void aBarDeliveredTwiceChangesNothing() {
    List<Bar> bars = RandomWalk.bars(7, 100);
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    for (Bar bar : bars) {
      pipeline.onBar(bar);
      pipeline.onBar(bar);
    }
    float[] values = new float[pipeline.width()];
    pipeline.copyTo(values);
    assertThat(values).isEqualTo(after(bars));
    assertThat(pipeline.ignoredBars()).isEqualTo(100);
  }

  @Test
  void anotherInstrumentIsRefused() {
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    pipeline.onBar(RandomWalk.bars(8, 1).getFirst());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pipeline.onQuote(new Quote(3, 1, 1, 1, 2, 1)))
        .withMessageContaining("instrument=3");
  }

  @Test
  void hourTurnsOnceADay() {
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    // Bars of a minute from midnight on: the 360th closes at six o'clock.
    RandomWalk.bars(9, 360).forEach(pipeline::onBar);
    assertThat(pipeline.valueOf("hour_sin")).isCloseTo(1, Offset.offset(1e-12));
    assertThat(pipeline.valueOf("hour_cos")).isCloseTo(0, Offset.offset(1e-12));
  }

  @Test
  void imbalanceIsThatOfTheBookElseOfTheQuoteElseZero() {
    List<Bar> bars = RandomWalk.bars(10, 8);
    FeaturePipeline pipeline = FeaturePipeline.of(DEFAULT);
    pipeline.onBar(bars.get(0));
    assertThat(pipeline.valueOf("book_imbalance_5")).isZero();
    pipeline.onQuote(new Quote(0, bars.get(0).closeTimeNs(), 100, 30, 101, 10));
    pipeline.onBar(bars.get(1));
    assertThat(pipeline.valueOf("book_imbalance_5")).isEqualTo(0.5);
    pipeline.onBook(new BookChange(0, bars.get(1).closeTimeNs(), Side.BUY, 100, 10, false));
    pipeline.onBook(new BookChange(0, bars.get(1).closeTimeNs(), Side.SELL, 102, 40, true));
    pipeline.onBar(bars.get(2));
    assertThat(pipeline.valueOf("book_imbalance_5")).isEqualTo(-0.6);
    // Nothing was heard for longer than a minute and a bar: the feed is down.
    pipeline.onBar(bars.get(4));
    assertThat(pipeline.valueOf("book_imbalance_5")).isZero();
  }
}
