package ai.neo.modelgateway.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Rows of features for a model of the loop.
 *
 * @param values row-major; not copied, since that is megabytes on the fast path: nobody writes to
 *     it
 * @param rows 0 is allowed, and asks nothing
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record FeatureRows(float[] values, int rows) implements Question {

  public FeatureRows {
    Objects.requireNonNull(values, "values");
    if (rows < 0 || (rows == 0 ? values.length > 0 : values.length % rows != 0)) {
      throw new IllegalArgumentException(
          "%d numbers are no %d rows".formatted(values.length, rows));
    }
  }

  @Override
  public boolean joins(Question other) {
    return other instanceof FeatureRows more
        && rows > 0
        && more.rows > 0
        && values.length / rows == more.values.length / more.rows;
  }

  @Override
  public FeatureRows joined(List<Question> others) {
    int count = rows;
    for (Question other : others) {
      count += other.rows();
    }
    float[] all = Arrays.copyOf(values, values.length / rows * count);
    int at = values.length;
    for (Question other : others) {
      float[] more = ((FeatureRows) other).values;
      System.arraycopy(more, 0, all, at, more.length);
      at += more.length;
    }
    return new FeatureRows(all, count);
  }

  @Override
  public Answer ask(LoadedModel model) {
    return switch (model) {
      case ServableModel servable -> servable.infer(values, rows);
      case TensorModel other ->
          throw new IllegalArgumentException(other.artifact() + " takes no features");
    };
  }

  @Override
  public Optional<String> objection(Reply reply) {
    return reply instanceof Answer answer && answer.rows() == rows && answer.isFinite()
        ? Optional.empty()
        : Optional.of("its answer is not finite, or has not one row for each row asked");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureRows more && Arrays.equals(values, more.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }
}
