package ai.neo.modelgateway.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Serves TorchScript with DJL's PyTorch, offline. TorchScript is a program that runs with the
 * rights of this process, so that it is refused unless a trusted key signed it or the operator
 * allowed everybody's.
 *
 * <p>{@code forward(features)} answers {@code action_probabilities} [N, 3], or a pair of that and
 * {@code expected_return} [N, 1]. A TorchScript file does not say how wide its input is, so the
 * extra file {@code features} has to: {@code torch.jit.save(model, path, _extra_files={"features":
 * "32"})}.
 */
public final class TorchScriptEngine implements ModelEngine {

  /** Wider than any feature set, and small enough for a warm-up batch. */
  private static final int FEATURES_MAX = 65_536;

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
    if (!trust.covers(artifact)) {
      throw new ModelRefusedException(
          "TorchScript is a program and would run with the gateway's rights; export the model to"
              + " ONNX, have it signed by a configured signer (./neo model sign), or start the"
              + " gateway with TorchScript allowed");
    }
    int features = width(artifact);
    Model model;
    try {
      model = pyTorch().newModel(artifact.model(), null);
    } catch (EngineException e) {
      throw new ModelRefusedException("PyTorch is not available here: " + e.getMessage(), e);
    }
    try {
      model.load(new ByteArrayInputStream(artifact.content()));
      return new TorchScriptModel(artifact, model, features);
    } catch (IOException | MalformedModelException | EngineException e) {
      model.close();
      throw new ModelRefusedException("PyTorch cannot load it: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static int width(ModelArtifact artifact) throws ModelRefusedException {
    Optional<String> text = ExtraFile.text(artifact.content(), "features");
    int features = text.filter(t -> t.matches("[0-9]{1,6}")).map(Integer::parseInt).orElse(0);
    if (features < 1 || features > FEATURES_MAX) {
      throw new ModelRefusedException(
          "the file does not say how many features it takes ("
              + text.map(t -> "features=" + t).orElse("no extra file 'features'")
              + "); save it with _extra_files={\"features\": \"N\"}");
    }
    return features;
  }

  /** Starts PyTorch on the first call, from the jars and never from the network. */
  private static Engine pyTorch() {
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    if (System.getProperty("ai.djl.pytorch.num_threads") == null) {
      System.setProperty("ai.djl.pytorch.num_threads", "1");
    }
    return Engine.getEngine("PyTorch");
  }
}
