package ai.neo.modelgateway.engine;

import java.util.List;
import java.util.Optional;

/**
 * What a version is asked; not changed any more. Equal when the content is, so that one answer
 * serves all who ask the same of a version.
 */
public sealed interface Question permits FeatureRows, Tensors {

  /** What a batch of it counts, at least 1 when there is anything to compute. */
  int rows();

  /** Whether the two can be computed as one batch. */
  boolean joins(Question other);

  /** One batch of this and the others, in that order. Each of them {@link #joins}. */
  Question joined(List<Question> others);

  /**
   * Has a model answer it.
   *
   * @throws IllegalArgumentException when the model takes something else
   * @throws IllegalStateException when the engine fails
   */
  Reply ask(LoadedModel model);

  /** Why the reply may not be given; empty when it may. */
  Optional<String> objection(Reply reply);
}
