package ai.neo.tradingtypes;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Exact arithmetic on numbers in units of 1e-8.
 *
 * <p>Products are formed in 128 bits and every result that does not fit a {@code long} throws
 * {@link ArithmeticException}: a wrapped price is worse than none. Rounding is named at every call.
 */
public final class E8 {
  /** One, in units of 1e-8. */
  public static final long ONE = 100_000_000L;

  /** Digits after the decimal point. */
  public static final int SCALE = 8;

  /** More digits than this are refused unread: {@code 1e999999999} would fill the memory. */
  private static final int MAX_DIGITS = 1_000;

  private E8() {}

  /**
   * Reads a plain decimal number such as {@code "46319.01"}.
   *
   * @throws NumberFormatException if the text is no finite decimal number, needs more than eight
   *     decimals, or does not fit
   */
  public static long parse(CharSequence text) {
    return fromDecimal(new BigDecimal(text.toString().trim()), RoundingMode.UNNECESSARY);
  }

  /**
   * Reads a decimal number and rounds it to eight decimals: for recorded data whose source left
   * binary floating-point noise behind the last true digit.
   *
   * @throws NumberFormatException if the text is no finite decimal number or does not fit
   */
  public static long parseRounded(CharSequence text, RoundingMode rounding) {
    return fromDecimal(new BigDecimal(text.toString().trim()), rounding);
  }

  private static long fromDecimal(BigDecimal value, RoundingMode rounding) {
    long digitsBeforePoint = (long) value.precision() - value.scale();
    if (Math.abs(digitsBeforePoint) > MAX_DIGITS || value.scale() > MAX_DIGITS) {
      throw new NumberFormatException(
          "value=" + value + " does not fit 1e-8 units of a 64-bit integer");
    }
    try {
      return value.setScale(SCALE, rounding).unscaledValue().longValueExact();
    } catch (ArithmeticException e) {
      NumberFormatException wrong =
          new NumberFormatException(
              "value=" + value.toPlainString() + " does not fit 1e-8 units of a 64-bit integer");
      wrong.initCause(e);
      throw wrong;
    }
  }

  /** The number as a decimal string without trailing zeros, never in exponent form. */
  public static String format(long e8) {
    if (e8 == 0) {
      return "0";
    }
    return BigDecimal.valueOf(e8, SCALE).stripTrailingZeros().toPlainString();
  }

  /** The nearest {@code double}: for features, statistics and display only. */
  public static double toDouble(long e8) {
    return e8 / 1e8;
  }

  /**
   * {@code value} in 1e-8 units.
   *
   * @throws ArithmeticException if the value is not finite or does not fit
   */
  public static long fromDouble(double value, RoundingMode rounding) {
    if (!Double.isFinite(value)) {
      throw new ArithmeticException("value=" + value + " is not finite");
    }
    return new BigDecimal(value).setScale(SCALE, rounding).unscaledValue().longValueExact();
  }

  /** {@code a + b}, checked. */
  public static long add(long a, long b) {
    return Math.addExact(a, b);
  }

  /** {@code a - b}, checked. */
  public static long subtract(long a, long b) {
    return Math.subtractExact(a, b);
  }

  /** {@code a × b / 1e8}, the product in 128 bits. */
  public static long multiply(long a, long b, RoundingMode rounding) {
    return multiplyDivide(a, b, ONE, rounding);
  }

  /** {@code a × 1e8 / b}, the product in 128 bits. */
  public static long divide(long a, long b, RoundingMode rounding) {
    return multiplyDivide(a, ONE, b, rounding);
  }

  /**
   * {@code a × b / divisor}, the product in 128 bits, the quotient rounded as named.
   *
   * @throws ArithmeticException if the divisor is zero, the result does not fit, or rounding is
   *     {@link RoundingMode#UNNECESSARY} and the result is inexact
   */
  public static long multiplyDivide(long a, long b, long divisor, RoundingMode rounding) {
    if (divisor == 0) {
      throw new ArithmeticException("division by zero");
    }
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    if (high == (low >> 63)) {
      return divideRounded(low, divisor, rounding);
    }
    return WideArithmetic.divide(a, b, divisor, rounding);
  }

  private static long divideRounded(long dividend, long divisor, RoundingMode rounding) {
    if (dividend == Long.MIN_VALUE) {
      return WideArithmetic.divide(dividend, 1, divisor, rounding);
    }
    long quotient = dividend / divisor;
    long remainder = dividend - quotient * divisor;
    if (remainder == 0) {
      return quotient;
    }
    int sign = (dividend ^ divisor) < 0 ? -1 : 1;
    long twice = Math.abs(remainder) - (Math.abs(divisor) - Math.abs(remainder));
    return awayFromZero(rounding, sign, Long.signum(twice), (quotient & 1) != 0)
        ? Math.addExact(quotient, sign)
        : quotient;
  }

  /** Whether an inexact quotient is rounded away from zero. */
  static boolean awayFromZero(
      RoundingMode rounding, int sign, int comparedWithHalf, boolean quotientIsOdd) {
    return switch (rounding) {
      case UP -> true;
      case DOWN -> false;
      case CEILING -> sign > 0;
      case FLOOR -> sign < 0;
      case HALF_UP -> comparedWithHalf >= 0;
      case HALF_DOWN -> comparedWithHalf > 0;
      case HALF_EVEN -> comparedWithHalf > 0 || (comparedWithHalf == 0 && quotientIsOdd);
      case UNNECESSARY -> throw new ArithmeticException("rounding is necessary");
    };
  }

  /** The largest multiple of {@code step} that is not beyond {@code value} towards zero. */
  public static long roundToStep(long value, long step) {
    if (step <= 0) {
      throw new IllegalArgumentException("step=" + step + ", expected a positive number");
    }
    return value - value % step;
  }
}
