package ai.neo.modelgateway.engine;

import java.util.Optional;

/** A model of any signature: it takes and answers the tensors that its file says. */
public non-sealed interface TensorModel extends LoadedModel {

  TensorSignature signature();

  /**
   * Why the engine cannot be handed those inputs, although the signature allows them; empty when it
   * can.
   */
  default Optional<String> objection(Tensors inputs) {
    return Optional.empty();
  }

  /**
   * Computes all outputs.
   *
   * @param inputs each of the signature's inputs once, of its type; only read
   * @return the outputs in the signature's order, of as many rows as were asked
   * @throws IllegalStateException when the engine fails
   */
  Tensors infer(Tensors inputs);

  /** A graph may be of any size. */
  @Override
  default boolean isQuick() {
    return false;
  }
}
