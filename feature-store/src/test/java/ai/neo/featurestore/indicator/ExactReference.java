package ai.neo.featurestore.indicator;

import java.math.BigDecimal;
import java.math.MathContext;

/** Slow and obvious: whole windows in 60 digits, starting anew for every answer. */
final class ExactReference {
  private static final MathContext DIGITS = new MathContext(60);

  private ExactReference() {}

  static double mean(double[] values, int end, int period) {
    return meanExact(values, end, period).doubleValue();
  }

  private static BigDecimal meanExact(double[] values, int end, int period) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = end - period + 1; i <= end; i++) {
      sum = sum.add(new BigDecimal(values[i]));
    }
    return sum.divide(BigDecimal.valueOf(period), DIGITS);
  }

  static double populationDeviation(double[] values, int end, int period) {
    BigDecimal mean = meanExact(values, end, period);
    BigDecimal squares = BigDecimal.ZERO;
    for (int i = end - period + 1; i <= end; i++) {
      BigDecimal distance = new BigDecimal(values[i]).subtract(mean);
      squares = squares.add(distance.multiply(distance, DIGITS));
    }
    return squares.divide(BigDecimal.valueOf(period), DIGITS).sqrt(DIGITS).doubleValue();
  }

  static double rsi(double[] values, int end, int period) {
    BigDecimal gain = BigDecimal.ZERO;
    BigDecimal loss = BigDecimal.ZERO;
    for (int i = 1; i <= end; i++) {
      BigDecimal change = new BigDecimal(values[i]).subtract(new BigDecimal(values[i - 1]));
      BigDecimal kept = BigDecimal.valueOf(i > period ? period - 1 : 1);
      gain = gain.multiply(kept).add(change.max(BigDecimal.ZERO));
      loss = loss.multiply(kept).add(change.negate().max(BigDecimal.ZERO));
      if (i >= period) {
        gain = gain.divide(BigDecimal.valueOf(period), DIGITS);
        loss = loss.divide(BigDecimal.valueOf(period), DIGITS);
      }
    }
    return gain.multiply(BigDecimal.valueOf(100)).divide(gain.add(loss), DIGITS).doubleValue();
  }
}
