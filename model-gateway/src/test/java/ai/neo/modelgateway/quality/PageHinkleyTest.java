package ai.neo.modelgateway.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PageHinkleyTest {
  @Test
  void theThresholdFollowsFromTheTimeBetweenFalseAlarms() {
    // Hawkins and Olwell's table for a reference of half a deviation: 4 gives 336.
    assertThat(PageHinkley.timeBetweenFalseAlarms(4)).isCloseTo(336, within(4.0));
    assertThat(new PageHinkley(336).threshold()).isCloseTo(4, within(0.01));
    assertThatThrownBy(() -> new PageHinkley(9)).hasMessageContaining("at least 10");
    assertThatThrownBy(() -> new PageHinkley(Double.NaN)).hasMessageContaining("at least 10");
  }

  @Test
  void falseAlarmsAreAsSeldomAsWasAsked() {
    Random random = new Random(11);
    double waited = 0;
    int alarms = 200;
    for (int i = 0; i < alarms; i++) {
      PageHinkley test = new PageHinkley(500);
      while (!test.add(3 + 2 * random.nextGaussian())) {
        waited++;
      }
    }
    // Mean and deviation are measured on the way, which lengthens and shortens: within a half.
    assertThat(waited / alarms).isBetween(250.0, 1000.0);
  }

  @Test
  void aRiseIsFoundSoonAndAFallIsNot() {
    Random random = new Random(12);
    PageHinkley up = new PageHinkley(100_000);
    PageHinkley down = new PageHinkley(100_000);
    for (int i = 0; i < 500; i++) {
      double value = random.nextGaussian();
      assertThat(up.add(value)).isFalse();
      assertThat(down.add(value)).isFalse();
    }
    int found = 0;
    boolean alarm = false;
    while (!alarm && found < 100) {
      alarm = up.add(2 + random.nextGaussian());
      assertThat(down.add(-2 + random.nextGaussian())).isFalse();
      found++;
    }
    assertThat(alarm).isTrue();
    assertThat(found).isLessThan(20);
    assertThat(up.statistic()).isGreaterThanOrEqualTo(1);
    up.reset();
    assertThat(up.statistic()).isZero();
    assertThatThrownBy(() -> up.add(Double.NaN)).hasMessageContaining("finite");
  }

  @Test
  void anImageGoesOnAlike() {
    Random random = new Random(13);
    PageHinkley one = new PageHinkley(1000);
    PageHinkley other = new PageHinkley(1000);
    for (int i = 0; i < 100; i++) {
      one.add(random.nextGaussian());
    }
    other.restore(one.image());
    assertThat(other.add(4)).isEqualTo(one.add(4));
    assertThat(other.statistic()).isEqualTo(one.statistic()).isPositive();
  }
}
