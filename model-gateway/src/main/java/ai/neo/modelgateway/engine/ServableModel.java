package ai.neo.modelgateway.engine;

import java.util.List;

/**
 * A model of the loop: rows of features in, action probabilities out. Safe for any number of
 * threads, except that nobody may call {@link #infer} once {@link #close} was called; the serving
 * catalog sees to that.
 *
 * <p>Answers are not checked here: whoever serves them refuses those that are not {@linkplain
 * Answer#isFinite() finite}.
 */
public non-sealed interface ServableModel extends LoadedModel {

  /** T · F, the width of a row: the oldest of its vectors first, the newest last. */
  int features();

  /** T, how many feature vectors a row holds; 1 where a model looks at the newest alone. */
  default int window() {
    return 1;
  }

  /** Names of the {@linkplain Answer#columns() further outputs}, in order. */
  default List<String> columns() {
    return List.of();
  }

  /**
   * Answers a batch.
   *
   * @param rowMajorFeatures {@code rows × features()} numbers; only read
   * @param rows at least 1
   * @throws IllegalArgumentException when the array's length is not {@code rows × features()}
   * @throws IllegalStateException when the engine fails
   */
  Answer infer(float[] rowMajorFeatures, int rows);
}
