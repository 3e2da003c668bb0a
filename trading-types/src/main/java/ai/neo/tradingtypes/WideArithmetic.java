package ai.neo.tradingtypes;

import java.math.BigInteger;
import java.math.RoundingMode;

/** The rare products that leave 64 bits. */
final class WideArithmetic {
  private WideArithmetic() {}

  static long divide(long a, long b, long divisor, RoundingMode rounding) {
    BigInteger product = BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
    BigInteger[] parts = product.divideAndRemainder(BigInteger.valueOf(divisor));
    BigInteger quotient = parts[0];
    if (parts[1].signum() != 0) {
      int sign = product.signum() * Long.signum(divisor);
      int comparedWithHalf =
          parts[1].abs().shiftLeft(1).compareTo(BigInteger.valueOf(divisor).abs());
      if (E8.awayFromZero(rounding, sign, comparedWithHalf, quotient.testBit(0))) {
        quotient = quotient.add(BigInteger.valueOf(sign));
      }
    }
    return quotient.longValueExact();
  }
}
