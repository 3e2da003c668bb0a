package ai.neo.modelgateway.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The same networks as {@link Encoder}'s, in operations that the engine can differentiate. Every
 * result belongs to the memory of the batch that it came from: no operation may begin with a
 * parameter, or its result would live as long as the parameters do; and none may multiply by a
 * plain number, see {@link DifferentiableNetwork#scalar}.
 */
final class DifferentiableForm {
  private final NetworkShape shape;
  private final List<NDArray> encoder;
  private final List<NDArray> head;
  private final List<NDArray> decoder;

  private DifferentiableForm(
      NetworkShape shape, List<NDArray> encoder, List<NDArray> head, List<NDArray> decoder) {
    this.shape = shape;
    this.encoder = encoder;
    this.head = head;
    this.decoder = decoder;
  }

  static DifferentiableForm of(NetworkShape shape, List<NDArray> tensors) {
    int head = shape.tensors().indexOf(NetworkShape.head(shape.representation()).getFirst());
    return new DifferentiableForm(
        shape,
        tensors.subList(0, head),
        tensors.subList(head, head + 2),
        tensors.subList(head + 2, tensors.size()));
  }

  /** rows × representation, for rows × (T · F). */
  NDArray represent(NDArray x) {
    Iterator<NDArray> next = encoder.iterator();
    return switch (shape) {
      case MlpShape mlp -> {
        NDArray first = relu(linear(x, next));
        yield relu(linear(first, next));
      }
      case AutoencoderShape autoencoder -> {
        NDArray hidden = relu(linear(x, next));
        yield linear(hidden, next);
      }
      case RecurrentShape recurrent -> recurrent(recurrent, x, next);
      case TransformerShape transformer -> transformer(transformer, x, next);
    };
  }

  /** rows × 4. */
  NDArray output(NDArray representation) {
    return linear(representation, head.iterator());
  }

  /** rows × F as an autoencoder rebuilds them. */
  Optional<NDArray> rebuild(NDArray representation) {
    if (decoder.isEmpty()) {
      return Optional.empty();
    }
    Iterator<NDArray> next = decoder.iterator();
    NDArray hidden = relu(linear(representation, next));
    return Optional.of(linear(hidden, next));
  }

  private static NDArray recurrent(RecurrentShape shape, NDArray x, Iterator<NDArray> next) {
    long rows = x.getShape().get(0);
    NDArray steps = x.reshape(rows, shape.window(), shape.vector());
    NDArray start = x.getManager().zeros(new Shape(1, rows, shape.hidden()));
    NDList weights = new NDList(next.next(), next.next(), next.next(), next.next());
    NDArray states =
        shape.architecture() == Architecture.LSTM
            ? steps
                .getNDArrayInternal()
                .lstm(steps, new NDList(start, start), weights, true, 1, 0, true, false, true)
                .getFirst()
            : steps
                .getNDArrayInternal()
                .gru(steps, start, weights, true, 1, 0, true, false, true)
                .getFirst();
    NDArray last = states.get(new NDIndex(":,{}", shape.window() - 1));
    NDArray asked = linear(last, next).expandDims(2);
    NDArray shares = scaled(states.matMul(asked).squeeze(2), shape.hidden()).softmax(1);
    NDArray found = shares.expandDims(1).matMul(states).squeeze(1);
    return relu(linear(found.concat(last, 1), next));
  }

  private static NDArray transformer(TransformerShape shape, NDArray x, Iterator<NDArray> next) {
    long rows = x.getShape().get(0);
    NDArray stream = linear(x.reshape(rows, shape.window(), shape.vector()), next).add(next.next());
    for (int layer = 0; layer < shape.layers(); layer++) {
      NDArray all = linear(normal(stream, shape.width(), next), next);
      stream = stream.add(linear(attended(shape, all, rows), next));
      NDArray wide = relu(linear(normal(stream, shape.width(), next), next));
      stream = stream.add(linear(wide, next));
    }
    NDArray last = stream.get(new NDIndex(":,{}", shape.window() - 1));
    return normal(last, shape.width(), next);
  }

  private static NDArray attended(TransformerShape shape, NDArray all, long rows) {
    int each = shape.width() / shape.heads();
    NDList parts = all.split(3, 2);
    NDArray question = heads(parts.get(0), shape, rows);
    NDArray key = heads(parts.get(1), shape, rows).transpose(0, 1, 3, 2);
    NDArray value = heads(parts.get(2), shape, rows);
    NDArray shares = scaled(question.matMul(key), each).softmax(3);
    return shares.matMul(value).transpose(0, 2, 1, 3).reshape(rows, shape.window(), shape.width());
  }

  private static NDArray heads(NDArray part, TransformerShape shape, long rows) {
    int each = shape.width() / shape.heads();
    return part.reshape(rows, shape.window(), shape.heads(), each).transpose(0, 2, 1, 3);
  }

  private static NDArray scaled(NDArray scores, int width) {
    return scores.mul(
        DifferentiableNetwork.scalar(scores.getManager(), (float) (1 / Math.sqrt(width))));
  }

  private static NDArray normal(NDArray x, int width, Iterator<NDArray> next) {
    return x.getNDArrayInternal()
        .layerNorm(x, new Shape(width), next.next(), next.next(), TransformerShape.EPSILON)
        .singletonOrThrow();
  }

  private static NDArray linear(NDArray x, Iterator<NDArray> next) {
    return Linear.linear(x, next.next(), next.next()).singletonOrThrow();
  }

  private static NDArray relu(NDArray x) {
    return x.getNDArrayInternal().relu();
  }
}
