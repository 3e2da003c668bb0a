package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.TensorModel;
import ai.neo.modelgateway.engine.TensorSignature.Spec;
import ai.neo.modelgateway.engine.TensorValue;
import ai.neo.modelgateway.engine.Tensors;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a model of tensors on zeros, since the first runs are the slow ones. What it makes of them
 * says nothing: only its author knows which sizes and values it takes.
 */
final class TensorWarmUp {
  private static final Logger LOG = LoggerFactory.getLogger(TensorWarmUp.class);

  /** Zeros beyond that would cost more than the slow first request. */
  private static final long BYTES_MAX = 16L << 20;

  /** PyTorch watches a program for two runs and compiles it in the third. */
  private static final int RUNS = 3;

  private TensorWarmUp() {}

  /** Runs it, and logs when it does not answer. */
  static void run(TensorModel model) {
    problem(model)
        .ifPresent(
            problem ->
                LOG.info(
                    "{} does not run on zeros, and is not warm: {}", model.artifact(), problem));
  }

  /** Runs it; what it says when it does not answer. */
  static Optional<String> problem(TensorModel model) {
    List<TensorValue> zeros = new ArrayList<>();
    for (Spec input : model.signature().inputs()) {
      List<Long> shape = input.dims().stream().map(dim -> dim < 0 ? 1 : dim).toList();
      long elements = TensorValue.elements(shape);
      long each = input.type() == ElementType.BYTES ? Integer.BYTES : input.type().bytes();
      if (elements > BYTES_MAX / each) {
        return Optional.empty();
      }
      // Of BYTES these are empty strings: a length of zero and nothing behind it.
      ByteString data = ByteString.copyFrom(new byte[(int) (elements * each)]);
      zeros.add(new TensorValue(input.name(), input.type(), shape, data));
    }
    try {
      for (int run = 0; run < RUNS; run++) {
        model.infer(new Tensors(zeros, 1, false));
      }
      return Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
