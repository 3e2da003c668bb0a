package ai.neo.orchestrator.telemetry;

/**
 * Lets so many lines of one kind through in each stretch of time and counts the rest, so that what
 * repeats with every event does not fill a disk. Not thread-safe.
 */
final class RepeatLimit {
  /** Said of a line that is to be left out. */
  static final long LEFT_OUT = -1;

  private final int lines;
  private final long perNs;
  private long windowFromNs;
  private int through;
  private long leftOut;

  RepeatLimit(int lines, long perNs) {
    this.lines = lines;
    this.perNs = perNs;
    this.through = 0;
  }

  /**
   * Whether a line may be written.
   *
   * @return how many were left out since the last that was written, or {@link #LEFT_OUT}
   */
  long admit(long nowNs) {
    if (through == 0 || nowNs - windowFromNs >= perNs) {
      windowFromNs = nowNs;
      through = 0;
    }
    if (through >= lines) {
      leftOut++;
      return LEFT_OUT;
    }
    through++;
    long before = leftOut;
    leftOut = 0;
    return before;
  }

  /** How many were left out since the last that was written. */
  long leftOut() {
    return leftOut;
  }
}
