package ai.neo.featurestore;

/**
 * The time of day (UTC) as an angle, one turn a day, to the minute.
 *
 * <p>Read from tables, because {@link StrictMath}'s sine allocates, and {@link Math}'s may differ
 * from machine to machine.
 */
final class TimeOfDay {
  private static final int MINUTES = 1440;
  private static final long MINUTE_NS = 60_000_000_000L;
  private static final double[] SINES = new double[MINUTES];
  private static final double[] COSINES = new double[MINUTES];

  static {
    for (int minute = 0; minute < MINUTES; minute++) {
      double angle = 2 * Math.PI * minute / MINUTES;
      SINES[minute] = StrictMath.sin(angle);
      COSINES[minute] = StrictMath.cos(angle);
    }
  }

  private TimeOfDay() {}

  static double sine(long timeNs) {
    return SINES[minute(timeNs)];
  }

  static double cosine(long timeNs) {
    return COSINES[minute(timeNs)];
  }

  private static int minute(long timeNs) {
    return (int) Math.floorMod(Math.floorDiv(timeNs, MINUTE_NS), (long) MINUTES);
  }
}
