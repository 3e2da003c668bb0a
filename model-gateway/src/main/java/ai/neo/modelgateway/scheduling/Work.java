package ai.neo.modelgateway.scheduling;

import ai.neo.modelgateway.serving.ServedVersion;
import java.util.Arrays;
import java.util.Objects;

/**
 * What is to be computed.
 *
 * @param version entered by the caller, who leaves it when told the outcome
 * @param values rows × features; not changed any more
 * @param rows at least 1
 * @param batchRowsMax how many rows may be computed together with others'; 1 computes this alone,
 *     so that the answer's bits depend on nothing else
 * @param deadlineNs by {@link System#nanoTime}; earlier ones go first
 * @param hasDeadline whether the answer is worth nothing after it
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, to the engine
public record Work(
    ServedVersion version,
    float[] values,
    int rows,
    int batchRowsMax,
    long deadlineNs,
    boolean hasDeadline) {

  public Work {
    Objects.requireNonNull(version, "version");
    if (rows < 1 || batchRowsMax < 1) {
      throw new IllegalArgumentException(
          "rows and batchRowsMax must be at least 1: rows=%d batchRowsMax=%d"
              .formatted(rows, batchRowsMax));
    }
  }

  boolean isAlone() {
    return batchRowsMax == 1;
  }

  /** Reads every value: not to be called with a lock held. */
  int hash() {
    return Arrays.hashCode(values);
  }

  /** Equal for works of which one answer serves all. */
  Key key(int hash, boolean alone) {
    return new Key(version, values, hash, alone);
  }

  /** A version, its input, and whether it is computed alone. */
  @SuppressWarnings("ArrayRecordComponent") // compared by content below
  record Key(ServedVersion version, float[] values, int hash, boolean alone) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && version == key.version
          && hash == key.hash
          && alone == key.alone
          && Arrays.equals(values, key.values);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
