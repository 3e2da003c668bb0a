package ai.neo.modelgateway.engine;

/** Loads model versions of some formats. Thread-safe. */
public interface ModelEngine {
  /** Whether it loads the format. */
  boolean reads(String format);

  /**
   * Loads and checks a version. Runs nothing that a file brings along.
   *
   * @throws ModelRefusedException if it is damaged, of the wrong shape, or not to be trusted
   */
  ServableModel load(ModelArtifact artifact) throws ModelRefusedException;
}
