package ai.neo.benchmarks;

import java.util.Locale;
import java.util.Objects;

/**
 * One measured figure.
 *
 * @param what was measured, in words
 * @param measured value with its unit
 * @param baseline what it is to be compared with; empty for none
 * @param target of the design; empty where it sets none
 * @param verdict whether the target was reached
 */
public record Figure(
    String what, String measured, String baseline, String target, Verdict verdict) {
  /** Whether the design's target was reached. */
  public enum Verdict {
    REACHED,
    MISSED,
    /** The design sets no target. */
    NONE
  }

  public Figure {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(measured, "measured");
    Objects.requireNonNull(baseline, "baseline");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(verdict, "verdict");
  }

  /** A figure for which the design sets no target. */
  public static Figure plain(String what, String measured, String baseline) {
    return new Figure(what, measured, baseline, "", Verdict.NONE);
  }

  /** A figure that should be below its target. */
  public static Figure below(String what, double value, double target, Unit unit, String baseline) {
    return new Figure(
        what, unit.say(value), baseline, "< " + unit.say(target), verdict(value < target));
  }

  /** A figure that should be above its target. */
  public static Figure above(String what, double value, double target, Unit unit, String baseline) {
    return new Figure(
        what, unit.say(value), baseline, "> " + unit.say(target), verdict(value > target));
  }

  private static Verdict verdict(boolean reached) {
    return reached ? Verdict.REACHED : Verdict.MISSED;
  }

  /** How a number is shown. */
  public enum Unit {
    /** Nanoseconds, shown in the unit that reads best. */
    NANOSECONDS {
      @Override
      String say(double ns) {
        if (ns >= 1e9) {
          return String.format(Locale.ROOT, "%.2f s", ns / 1e9);
        }
        if (ns >= 1e6) {
          return String.format(Locale.ROOT, "%.1f ms", ns / 1e6);
        }
        return ns >= 1e4
            ? String.format(Locale.ROOT, "%.1f µs", ns / 1e3)
            : String.format(Locale.ROOT, ns >= 100 ? "%.0f ns" : "%.1f ns", ns);
      }
    },
    /** So many a second. */
    PER_SECOND {
      @Override
      String say(double each) {
        return each >= 1e6
            ? String.format(Locale.ROOT, "%.2f M/s", each / 1e6)
            : String.format(Locale.ROOT, "%,.0f /s", each);
      }
    },
    /** Megabytes of 2^20 bytes. */
    MEGABYTES {
      @Override
      String say(double megabytes) {
        return String.format(Locale.ROOT, "%.0f MB", megabytes);
      }
    },
    /** A count without a unit. */
    COUNT {
      @Override
      String say(double count) {
        return String.format(Locale.ROOT, "%,.0f", count);
      }
    },
    /** A ratio. */
    TIMES {
      @Override
      String say(double ratio) {
        return String.format(Locale.ROOT, "%.2f ×", ratio);
      }
    };

    abstract String say(double value);
  }
}
