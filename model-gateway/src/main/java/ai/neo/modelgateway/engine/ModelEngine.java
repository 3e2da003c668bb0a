package ai.neo.modelgateway.engine;

/** Turns artifacts of one or more formats into models that can serve. Safe for any thread. */
public interface ModelEngine {

  /** Whether this engine loads artifacts of that format. */
  boolean reads(String format);

  /**
   * Loads an artifact whose bytes were already found to be of the format that it claims.
   *
   * @throws ModelRefusedException with the reason, when the artifact is not a model that fulfils
   *     the contract (inputs, outputs, types, shapes) or cannot be loaded at all
   */
  ServableModel load(ModelArtifact artifact) throws ModelRefusedException;

  /**
   * Loads an artifact whatever it takes and answers, where this engine can serve that: the loop's
   * contract if the artifact fulfils it, or else its own tensors. An artifact that names a feature
   * set is meant for the loop, and is refused when it does not fulfil the contract.
   *
   * @throws ModelRefusedException as {@link #load}
   */
  default LoadedModel open(ModelArtifact artifact) throws ModelRefusedException {
    return load(artifact);
  }
}
