package ai.neo.tradingtypes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class E8Test {
  @ParameterizedTest
  @EnumSource(value = RoundingMode.class, mode = EnumSource.Mode.EXCLUDE, names = "UNNECESSARY")
  void multiplyDivideIsWhatBigDecimalSays(RoundingMode rounding) {
    for (long seed = 1; seed <= 20_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long a = number(random);
      long b = number(random);
      long divisor = number(random);
      if (divisor == 0) {
        continue;
      }
      BigInteger expected =
          new BigDecimal(BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)))
              .divide(new BigDecimal(divisor), 0, rounding)
              .toBigInteger();
      if (expected.bitLength() > 63) {
        assertThatThrownBy(() -> E8.multiplyDivide(a, b, divisor, rounding))
            .as("seed=%d", seed)
            .isInstanceOf(ArithmeticException.class);
      } else {
        assertThat(E8.multiplyDivide(a, b, divisor, rounding))
            .as("seed=%d", seed)
            .isEqualTo(expected.longValueExact());
      }
    }
  }

  private static long number(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> Long.MIN_VALUE;
      case 1 -> Long.MAX_VALUE;
      case 2 -> random.nextLong(-3, 4);
      default -> random.nextLong() >> random.nextInt(63);
    };
  }

  @Test
  void decimalsComeBackAsTheyWere() {
    for (String text : new String[] {"0", "1", "-0.00000001", "92233720368.54775807", "0.1"}) {
      assertThat(E8.format(E8.parse(text))).isEqualTo(text);
    }
    assertThat(E8.format(E8.parse("1.50"))).isEqualTo("1.5");
    assertThat(E8.format(E8.parseRounded("1.2714400000000001", RoundingMode.HALF_EVEN)))
        .isEqualTo("1.27144");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    for (String text : new String[] {"NaN", "", "1e400", "92233720368.54775808", "0.000000001"}) {
      assertThatThrownBy(() -> E8.parse(text)).isInstanceOf(NumberFormatException.class);
    }
    assertThatThrownBy(() -> E8.fromDouble(Double.NaN, RoundingMode.DOWN))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> E8.add(Long.MAX_VALUE, 1)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void aPositionThroughZeroKeepsEveryUnit() {
    for (long seed = 1; seed <= 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Position position = Position.flat(0);
      long flow = 0;
      for (int i = 0; i < 50; i++) {
        Fill fill =
            new Fill(
                "t" + i,
                "o",
                0,
                "s",
                random.nextBoolean() ? Side.BUY : Side.SELL,
                random.nextLong(1, 60_000 * E8.ONE),
                random.nextLong(1, 5 * E8.ONE),
                0,
                i);
        position = position.after(fill);
        flow -= fill.side().sign() * fill.notionalE8();
      }
      long mark = random.nextLong(1, 60_000 * E8.ONE);
      assertThat(position.realisedE8() + position.unrealisedE8(mark))
          .as("seed=%d", seed)
          .isEqualTo(flow + position.valueE8(mark));
      if (position.quantityE8() == 0) {
        assertThat(position.costE8()).isZero();
      }
    }
  }
}
