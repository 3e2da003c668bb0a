package ai.neo.riskrules;

import ai.neo.tradingtypes.E8;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;

/** What was lost today and since the peak, exactly. */
final class Losses {
  private Losses() {}

  /** Loss since the day began; negative is a gain. */
  static long todayE8(AccountView account) {
    return Math.subtractExact(account.dayStartEquityE8(), account.equityE8());
  }

  /** Whether equity fell below its peak by more than the fraction of the peak. */
  static boolean beyondDrawdown(AccountView account, long fractionE8) {
    long fall = Math.subtractExact(account.peakEquityE8(), account.equityE8());
    // A whole number of units is more than a product exactly when it is more than its whole part.
    long allowed = E8.multiply(Math.max(0, account.peakEquityE8()), fractionE8, RoundingMode.DOWN);
    return fall > allowed;
  }

  /** A loss that demands that everything be closed now, in words. */
  static Optional<String> breach(AccountView account, InstrumentLimits limits) {
    try {
      if (limits.has(Limit.MAX_DRAWDOWN)
          && beyondDrawdown(account, limits.e8(Limit.MAX_DRAWDOWN))) {
        return Optional.of(
            "drawdown "
                + drawdownText(account)
                + " is beyond max_drawdown "
                + E8.format(limits.e8(Limit.MAX_DRAWDOWN)));
      }
      if (limits.has(Limit.MAX_DAILY_LOSS) && todayE8(account) > limits.e8(Limit.MAX_DAILY_LOSS)) {
        return Optional.of(
            "the day's loss "
                + E8.format(todayE8(account))
                + " is beyond max_daily_loss "
                + E8.format(limits.e8(Limit.MAX_DAILY_LOSS)));
      }
      return Optional.empty();
    } catch (ArithmeticException e) {
      return Optional.of(
          "equity="
              + E8.format(account.equityE8())
              + " peak="
              + E8.format(account.peakEquityE8())
              + " day_start="
              + E8.format(account.dayStartEquityE8())
              + " do not compare");
    }
  }

  /** As a fraction of the peak, for people. */
  static String drawdownText(AccountView account) {
    return account.peakEquityE8() <= 0
        ? "of equity " + E8.format(account.equityE8()) + " from a peak of none"
        : String.format(
            Locale.ROOT, "%.6f", 1 - (double) account.equityE8() / account.peakEquityE8());
  }
}
