package ai.neo.modelgateway.engine;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tensors that belong together: what is asked of a model of any signature, and what it answers.
 *
 * @param values by position; names are those of the model
 * @param rows the size of the first dimension when it is a batch, otherwise 1
 * @param batched whether the first dimension of each is a batch, so that rows can be told apart
 */
public record Tensors(List<TensorValue> values, int rows, boolean batched)
    implements Question, Reply {

  public Tensors {
    values = List.copyOf(values);
    if (rows < 1 || (!batched && rows != 1)) {
      throw new IllegalArgumentException("rows=%d batched=%s".formatted(rows, batched));
    }
  }

  @Override
  public boolean joins(Question other) {
    if (!(other instanceof Tensors more)
        || !batched
        || !more.batched
        || values.isEmpty()
        || values.size() != more.values.size()) {
      return false;
    }
    for (int i = 0; i < values.size(); i++) {
      TensorValue mine = values.get(i);
      TensorValue theirs = more.values.get(i);
      if (!mine.name().equals(theirs.name()) || !inner(mine).equals(inner(theirs))) {
        return false;
      }
    }
    return true;
  }

  private static List<Long> inner(TensorValue value) {
    return value.shape().subList(1, value.shape().size());
  }

  @Override
  public Tensors joined(List<Question> others) {
    int count = rows;
    for (Question other : others) {
      count += other.rows();
    }
    List<TensorValue> all = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      TensorValue value = values.get(i);
      ByteString data = value.data();
      for (Question other : others) {
        data = data.concat(((Tensors) other).values.get(i).data());
      }
      List<Long> shape = TensorValue.withRows(inner(value), count);
      all.add(new TensorValue(value.name(), value.type(), shape, data));
    }
    return new Tensors(all, count, true);
  }

  @Override
  public Tensors ask(LoadedModel model) {
    return switch (model) {
      case TensorModel tensors -> tensors.infer(this);
      case ServableModel other ->
          throw new IllegalArgumentException(other.artifact() + " takes features alone");
    };
  }

  @Override
  public Optional<String> objection(Reply reply) {
    if (!(reply instanceof Tensors answer) || answer.rows != rows) {
      return Optional.of("it answered something else than was asked");
    }
    return answer.values.stream()
        .filter(value -> batched && (value.shape().isEmpty() || value.shape().getFirst() != rows))
        .findFirst()
        .map(
            value ->
                "output '%s' has the shape %s, and not one row for each of %d asked"
                    .formatted(value.name(), value.shape(), rows));
  }

  @Override
  public Tensors part(int from, int count) {
    return new Tensors(
        values.stream().map(value -> value.part(from, count)).toList(), count, batched);
  }
}
