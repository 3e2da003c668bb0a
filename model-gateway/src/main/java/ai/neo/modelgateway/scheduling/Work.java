package ai.neo.modelgateway.scheduling;

import ai.neo.modelgateway.engine.Question;
import ai.neo.modelgateway.serving.ServedVersion;
import java.util.Objects;

/**
 * What is to be computed.
 *
 * @param version entered by the caller, who leaves it when told the outcome
 * @param question of at least 1 row
 * @param batchRowsMax how many rows may be computed together with others'; 1 computes this alone,
 *     so that the answer's bits depend on nothing else
 * @param deadlineNs by {@link System#nanoTime}; earlier ones go first
 * @param hasDeadline whether the answer is worth nothing after it
 */
public record Work(
    ServedVersion version,
    Question question,
    int batchRowsMax,
    long deadlineNs,
    boolean hasDeadline) {

  public Work {
    Objects.requireNonNull(version, "version");
    if (question.rows() < 1 || batchRowsMax < 1) {
      throw new IllegalArgumentException(
          "rows and batchRowsMax must be at least 1: rows=%d batchRowsMax=%d"
              .formatted(question.rows(), batchRowsMax));
    }
  }

  int rows() {
    return question.rows();
  }

  boolean isAlone() {
    return batchRowsMax == 1;
  }

  /** Whether the two may be computed at once. */
  boolean joins(Work other) {
    return !isAlone()
        && !other.isAlone()
        && other.version == version
        && question.joins(other.question);
  }

  /** Reads every value: not to be called with a lock held. */
  int hash() {
    return question.hashCode();
  }

  /** Equal for works of which one answer serves all. */
  Key key(int hash, boolean alone) {
    return new Key(version, question, hash, alone);
  }

  /** A version, its input, and whether it is computed alone. */
  record Key(ServedVersion version, Question question, int hash, boolean alone) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && version == key.version
          && hash == key.hash
          && alone == key.alone
          && question.equals(key.question);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
