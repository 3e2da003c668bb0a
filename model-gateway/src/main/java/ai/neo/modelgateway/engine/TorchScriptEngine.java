package ai.neo.modelgateway.engine;

import java.util.List;
import java.util.Optional;

/**
 * Serves TorchScript with DJL's PyTorch, offline. TorchScript is a program that runs with the
 * rights of this process, so that it is refused unless a trusted key signed it or the operator
 * allowed everybody's.
 *
 * <p>Of the loop's signature: {@code forward(features)} answers {@code action_probabilities} [N,
 * 3], or a pair of that and {@code expected_return} [N, 1]. A TorchScript file does not say how
 * wide its input is, so the extra file {@code features} has to: {@code torch.jit.save(model, path,
 * _extra_files={"features": "32"})}.
 *
 * <p>{@link #open} takes programs of any other tensors, too: as a configuration states them, or, in
 * its words, the extra file {@code config.pbtxt}.
 */
public final class TorchScriptEngine implements ModelEngine {

  /** Wider than any feature set, and small enough for a warm-up batch. */
  private static final int FEATURES_MAX = 65_536;

  private static final String FEATURES = "features";
  private static final String CONFIG = "config.pbtxt";
  private static final int NUMBER_MAX_BYTES = 64;

  private final ProgramTrust trust;

  /**
   * @param allowed whether the operator trusts whoever registers models with running code here
   */
  public TorchScriptEngine(boolean allowed) {
    this(new ProgramTrust(allowed, List.of()));
  }

  /**
   * @param trust whose programs may run
   */
  public TorchScriptEngine(ProgramTrust trust) {
    this.trust = trust;
  }

  @Override
  public boolean reads(String format) {
    return ArtifactFormats.TORCHSCRIPT.equals(format);
  }

  @Override
  public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
    requireTrust(artifact);
    Optional<String> width = width(artifact);
    int features = width.filter(t -> t.matches("[0-9]{1,6}")).map(Integer::parseInt).orElse(0);
    if (features < 1 || features > FEATURES_MAX) {
      throw new ModelRefusedException(
          "the file does not say how many features it takes ("
              + width.map(t -> "features=" + t).orElse("no extra file 'features'")
              + "); save it with _extra_files={\"features\": \"N\"}");
    }
    return new TorchScriptModel(TorchProgram.load(artifact), features);
  }

  /** One that names a feature set, or says how many features it takes, is the loop's. */
  @Override
  public LoadedModel open(ModelArtifact artifact) throws ModelRefusedException {
    requireTrust(artifact);
    Optional<TensorSignature> stated =
        artifact.stated().isPresent() ? artifact.stated() : stated(artifact);
    boolean forFeatures =
        !artifact.featureSetId().isEmpty()
            || (width(artifact).isPresent()
                && stated.map(TorchScriptEngine::namesFeatures).orElse(true));
    if (forFeatures) {
      return load(artifact);
    }
    return TorchTensorModel.load(
        artifact,
        stated.orElseThrow(
            () ->
                new ModelRefusedException(
                    "TorchScript does not say what it takes and answers: state 'input' and 'output' in config.pbtxt, or save it with _extra_files={\"config.pbtxt\": \"input { … } output { … }\"}, or, if it is for the loop, with _extra_files={\"features\": \"N\"}")));
  }

  private static boolean namesFeatures(TensorSignature stated) {
    return stated.inputs().size() == 1 && stated.inputs().getFirst().name().equals(FEATURES);
  }

  private void requireTrust(ModelArtifact artifact) throws ModelRefusedException {
    if (!trust.covers(artifact)) {
      throw new ModelRefusedException(
          "TorchScript is a program and would run with the gateway's rights; export the model to"
              + " ONNX, have it signed by a configured signer (./neo model sign), or start the"
              + " gateway with TorchScript allowed");
    }
  }

  private static Optional<String> width(ModelArtifact artifact) throws ModelRefusedException {
    return ProgramFile.extra(artifact.content(), FEATURES, NUMBER_MAX_BYTES);
  }

  private static Optional<TensorSignature> stated(ModelArtifact artifact)
      throws ModelRefusedException {
    Optional<String> text =
        ProgramFile.extra(artifact.content(), CONFIG, ConfigFile.SIZE_MAX_BYTES);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    ConfigFile file = ConfigFile.read("extra file " + CONFIG, text.get());
    if (!file.unknown().isEmpty()) {
      throw new ModelRefusedException(
          "extra file %s:%s is not known".formatted(CONFIG, file.unknown().getFirst()));
    }
    return StatedSignature.of(file.config());
  }
}
