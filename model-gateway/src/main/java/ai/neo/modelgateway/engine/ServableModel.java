package ai.neo.modelgateway.engine;

/** A loaded, immutable model version. Thread-safe. */
public interface ServableModel extends AutoCloseable {
  /** What it was loaded from. */
  ModelArtifact artifact();

  /** Width of a row. */
  int features();

  /** Name of the engine, as answers carry it. */
  String engine();

  /**
   * Computes.
   *
   * @param rowMajor rows × {@link #features()}
   */
  Answer infer(float[] rowMajor, int rows);

  @Override
  void close();
}
