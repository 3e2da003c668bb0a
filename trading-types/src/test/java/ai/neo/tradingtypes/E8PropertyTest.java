package ai.neo.tradingtypes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exact arithmetic against {@link BigDecimal}, for every rounding, where it fits and where not. */
class E8PropertyTest {
  private static final int TRIES = 2_000;

  static Stream<Arguments> roundingsAndSeeds() {
    return Stream.of(RoundingMode.values())
        .flatMap(rounding -> Samples.seeds().mapToObj(seed -> Arguments.of(rounding, seed)));
  }

  @ParameterizedTest
  @MethodSource("roundingsAndSeeds")
  void productsAreExact(RoundingMode rounding, long seed) {
    Samples samples = new Samples(seed);
    for (int i = 0; i < TRIES; i++) {
      long a = samples.any();
      long b = samples.any();
      check(
          () -> E8.multiply(a, b, rounding),
          rounded(decimal(a).multiply(decimal(b)), rounding),
          "multiply",
          a,
          b);
    }
  }

  @ParameterizedTest
  @MethodSource("roundingsAndSeeds")
  void quotientsAreExact(RoundingMode rounding, long seed) {
    Samples samples = new Samples(seed);
    for (int i = 0; i < TRIES; i++) {
      long a = samples.any();
      long b = samples.any();
      check(() -> E8.divide(a, b, rounding), quotient(a, E8.ONE, b, rounding), "divide", a, b);
    }
  }

  @ParameterizedTest
  @MethodSource("roundingsAndSeeds")
  void ratiosAreExact(RoundingMode rounding, long seed) {
    Samples samples = new Samples(seed);
    for (int i = 0; i < TRIES; i++) {
      long a = samples.any();
      long b = samples.any();
      long divisor = samples.any();
      check(
          () -> E8.multiplyDivide(a, b, divisor, rounding),
          quotient(a, b, divisor, rounding),
          "multiplyDivide",
          a,
          b,
          divisor);
    }
  }

  /** Quotients on either side of a half and on it, in and beyond 64 bits. */
  @ParameterizedTest
  @MethodSource("roundingsAndSeeds")
  void tiesAreBrokenAsNamed(RoundingMode rounding, long seed) {
    Samples samples = new Samples(seed);
    for (int i = 0; i < TRIES; i++) {
      long divisor = Math.max(2, samples.positive()) & ~1L;
      long half = divisor / 2 + samples.random().nextInt(-1, 2);
      long factor = samples.random().nextInt(-9, 10);
      long wide = samples.random().nextBoolean() ? 1 : samples.random().nextInt(1, 2_000_000_001);
      long a = factor * wide % 1_000_003;
      long signedHalf = samples.random().nextBoolean() ? half : -half;
      check(
          () -> E8.multiplyDivide(signedHalf, a, divisor, rounding),
          quotient(signedHalf, a, divisor, rounding),
          "multiplyDivide",
          signedHalf,
          a,
          divisor);
    }
  }

  @ParameterizedTest
  @MethodSource("roundingsAndSeeds")
  void doublesBecomeTheNearestUnit(RoundingMode rounding, long seed) {
    Samples samples = new Samples(seed);
    for (int i = 0; i < TRIES; i++) {
      double value =
          samples.random().nextBoolean()
              ? Double.longBitsToDouble(samples.random().nextLong())
              : samples.random().nextDouble(-1e11, 1e11);
      check(
          () -> E8.fromDouble(value, rounding),
          Double.isFinite(value) ? rounded(new BigDecimal(value), rounding) : Optional.empty(),
          "fromDouble " + value);
    }
  }

  @ParameterizedTest
  @MethodSource("ai.neo.tradingtypes.Samples#seeds")
  void sumsAndDifferencesAreExact(long seed) {
    Samples samples = new Samples(seed);
    for (int i = 0; i < TRIES; i++) {
      long a = samples.any();
      long b = samples.any();
      check(() -> E8.add(a, b), fitting(BigInteger.valueOf(a).add(BigInteger.valueOf(b))), "add");
      check(
          () -> E8.subtract(a, b),
          fitting(BigInteger.valueOf(a).subtract(BigInteger.valueOf(b))),
          "subtract");
    }
  }

  @ParameterizedTest
  @MethodSource("ai.neo.tradingtypes.Samples#seeds")
  void textComesBackAsTheSameNumber(long seed) {
    Samples samples = new Samples(seed);
    for (int i = 0; i < TRIES; i++) {
      long value = samples.any();
      String text = E8.format(value);
      assertThat(E8.parse(text)).as(text).isEqualTo(value);
      assertThat(new BigDecimal(text)).isEqualByComparingTo(BigDecimal.valueOf(value, E8.SCALE));
      assertThat(text).doesNotContain("E").doesNotMatch(".*\\.\\d*0");
    }
  }

  @ParameterizedTest
  @MethodSource("ai.neo.tradingtypes.Samples#seeds")
  void stepsCutTowardsZero(long seed) {
    Samples samples = new Samples(seed);
    for (int i = 0; i < TRIES; i++) {
      long value = samples.any();
      long step = samples.positive();
      long cut = E8.roundToStep(value, step);
      assertThat(cut % step).isZero();
      assertThat(BigInteger.valueOf(value).subtract(BigInteger.valueOf(cut)).abs())
          .isLessThan(BigInteger.valueOf(step));
      assertThat(Long.signum(cut) * Long.signum(value)).isNotNegative();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999999999", "1e-999999999", "-9e2147483647", "1e-2147483647"})
  void hugeExponentsAreRefusedAtOnce(String text) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          assertThatExceptionOfType(NumberFormatException.class).isThrownBy(() -> E8.parse(text));
          assertThatExceptionOfType(NumberFormatException.class)
              .isThrownBy(() -> E8.parseRounded(text, RoundingMode.HALF_EVEN));
        });
  }

  @Test
  void exponentsWithinReasonAreRead() {
    assertThat(E8.parse("1e3")).isEqualTo(1_000 * E8.ONE);
    assertThat(E8.parse("12.5E-3")).isEqualTo(1_250_000);
    assertThat(E8.parse("1." + "0".repeat(500))).isEqualTo(E8.ONE);
  }

  @Test
  void nothingIsDividedByZero() {
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> E8.divide(1, 0, RoundingMode.DOWN))
        .withMessage("division by zero");
  }

  private static void check(
      LongSupplier actual, Optional<Long> expected, String what, long... arguments) {
    if (expected.isPresent()) {
      assertThat(actual.getAsLong()).as("%s %s", what, arguments).isEqualTo(expected.get());
    } else {
      assertThatExceptionOfType(ArithmeticException.class)
          .as("%s %s", what, arguments)
          .isThrownBy(actual::getAsLong);
    }
  }

  private static BigDecimal decimal(long e8) {
    return BigDecimal.valueOf(e8, E8.SCALE);
  }

  private static Optional<Long> rounded(BigDecimal value, RoundingMode rounding) {
    try {
      return fitting(value.setScale(E8.SCALE, rounding).unscaledValue());
    } catch (ArithmeticException inexact) {
      return Optional.empty();
    }
  }

  private static Optional<Long> quotient(long a, long b, long divisor, RoundingMode rounding) {
    try {
      BigDecimal product = BigDecimal.valueOf(a).multiply(BigDecimal.valueOf(b));
      return fitting(product.divide(BigDecimal.valueOf(divisor), 0, rounding).toBigInteger());
    } catch (ArithmeticException zeroOrInexact) {
      return Optional.empty();
    }
  }

  private static Optional<Long> fitting(BigInteger value) {
    return value.bitLength() <= 63 ? Optional.of(value.longValueExact()) : Optional.empty();
  }
}
