package ai.neo.tradingtypes;

import java.math.RoundingMode;

/**
 * Products that leave 64 bits, which the value of a tenth of a bitcoin already does: no garbage.
 *
 * <p>Works on magnitudes as unsigned numbers; that of {@link Long#MIN_VALUE} is 2^63 and fits.
 */
final class WideArithmetic {
  private static final long LOW_HALF = 0xFFFF_FFFFL;

  private WideArithmetic() {}

  /** {@code a × b / divisor}, rounded; the divisor is not zero. */
  static long divide(long a, long b, long divisor, RoundingMode rounding) {
    long high = Math.unsignedMultiplyHigh(Math.abs(a), Math.abs(b));
    long low = Math.abs(a) * Math.abs(b);
    long magnitude = Math.abs(divisor);
    if (Long.compareUnsigned(high, magnitude) >= 0) {
      throw overflow();
    }
    long quotient = quotient(high, low, magnitude);
    long remainder = low - quotient * magnitude;
    int sign = (a ^ b ^ divisor) < 0 ? -1 : 1;
    if (remainder != 0) {
      int comparedWithHalf = Long.compareUnsigned(remainder, magnitude - remainder);
      if (E8.awayFromZero(rounding, sign, comparedWithHalf, (quotient & 1) != 0)) {
        quotient++;
        if (quotient == 0) {
          throw overflow();
        }
      }
    }
    if (quotient < 0 && !(quotient == Long.MIN_VALUE && sign < 0)) {
      throw overflow();
    }
    return sign * quotient;
  }

  /**
   * The unsigned 128-bit number (high, low) divided by a larger one than its high half: long
   * division with two digits of 32 bits (Knuth, algorithm D; Warren, Hacker's Delight, 9-4).
   */
  private static long quotient(long high, long low, long divisor) {
    int shift = Long.numberOfLeadingZeros(divisor);
    long v = divisor << shift;
    long upper = shift == 0 ? high : (high << shift) | (low >>> (Long.SIZE - shift));
    long lower = low << shift;
    long first = digit(upper, lower >>> Integer.SIZE, v);
    long rest = (upper << Integer.SIZE) + (lower >>> Integer.SIZE) - first * v;
    long second = digit(rest, lower & LOW_HALF, v);
    return (first << Integer.SIZE) + second;
  }

  /** One digit of the quotient: (upper × 2^32 + next) / v, estimated by v's upper half. */
  private static long digit(long upper, long next, long v) {
    long vUpper = v >>> Integer.SIZE;
    long vLower = v & LOW_HALF;
    long digit = Long.divideUnsigned(upper, vUpper);
    long rest = upper - digit * vUpper;
    while (digit > LOW_HALF
        || Long.compareUnsigned(digit * vLower, (rest << Integer.SIZE) + next) > 0) {
      digit--;
      rest += vUpper;
      if (rest > LOW_HALF) {
        break;
      }
    }
    return digit;
  }

  private static ArithmeticException overflow() {
    return new ArithmeticException("result does not fit 1e-8 units of a 64-bit integer");
  }
}
