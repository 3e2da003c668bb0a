package ai.neo.modelgateway.engine;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves ONNX with ONNX Runtime, on the caller's thread. Input {@code features} FP32 [-1, T · F];
 * outputs {@code action_probabilities} FP32 [-1, 3] and optionally {@code expected_return}, {@code
 * uncertainty} and {@code reconstruction_error} FP32 [-1, 1] or [-1]; further outputs are left
 * alone.
 *
 * <p>{@link #open} takes files of any other signature, too.
 */
public final class OnnxEngine implements ModelEngine {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxEngine.class);

  static final String FEATURES = "features";
  static final String ACTION_PROBABILITIES = "action_probabilities";
  static final String EXPECTED_RETURN = "expected_return";

  /** Under this key a file may say for which feature set it was made; then it has to agree. */
  private static final String FEATURE_SET_ID = "feature_set_id";

  /** Under this key a file may say how many feature vectors a row holds; without it, one. */
  private static final String WINDOW = "window";

  @Override
  public boolean reads(String format) {
    return ArtifactFormats.ONNX.equals(format);
  }

  @Override
  public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
    return load(artifact, OptionalLong.empty());
  }

  /**
   * As {@link #load(ModelArtifact)}.
   *
   * @param offHeapBytes that such a model was found to hold
   */
  public ServableModel load(ModelArtifact artifact, OptionalLong offHeapBytes)
      throws ModelRefusedException {
    return opened(artifact, offHeapBytes, OnnxEngine::ofLoop);
  }

  /** Of a file of any signature; one that names a feature set is the loop's, or refused. */
  @Override
  public LoadedModel open(ModelArtifact artifact) throws ModelRefusedException {
    return open(artifact, OptionalLong.empty());
  }

  /**
   * As {@link #open(ModelArtifact)}.
   *
   * @param offHeapBytes that such a model was found to hold
   */
  public LoadedModel open(ModelArtifact artifact, OptionalLong offHeapBytes)
      throws ModelRefusedException {
    return opened(artifact, offHeapBytes, OnnxEngine::ofAnySignature);
  }

  /** Makes a model of a session, which is the model's then unless this throws. */
  @FunctionalInterface
  private interface Maker<M extends LoadedModel> {
    M make(OnnxSession opened) throws OrtException, ModelRefusedException;
  }

  private static <M extends LoadedModel> M opened(
      ModelArtifact artifact, OptionalLong offHeapBytes, Maker<M> maker)
      throws ModelRefusedException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession session;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      // One thread each: many requests run side by side, and a batch of ours is microseconds.
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      session = environment.createSession(artifact.content(), options);
    } catch (OrtException e) {
      throw new ModelRefusedException("ONNX Runtime cannot load it: " + e.getMessage(), e);
    }
    try {
      return maker.make(new OnnxSession(artifact, environment, session, offHeapBytes));
    } catch (OrtException | ModelRefusedException | RuntimeException e) {
      closeAfter(e, session);
      throw e instanceof ModelRefusedException refused
          ? refused
          : new ModelRefusedException("ONNX Runtime cannot describe it: " + e.getMessage(), e);
    }
  }

  private static ServableModel ofLoop(OnnxSession opened)
      throws OrtException, ModelRefusedException {
    requireFeatureSet(opened.artifact(), opened.session());
    return new OnnxModel(opened, contract(opened.session()));
  }

  private static LoadedModel ofAnySignature(OnnxSession opened)
      throws OrtException, ModelRefusedException {
    ModelArtifact artifact = opened.artifact();
    OrtSession session = opened.session();
    boolean forFeatures =
        !artifact.featureSetId().isEmpty()
            || session.getMetadata().getCustomMetadata().containsKey(FEATURE_SET_ID);
    if (forFeatures) {
      return ofLoop(opened);
    }
    OnnxModel.Contract contract;
    try {
      contract = contract(session);
    } catch (ModelRefusedException e) {
      LOG.info("{} is served with its own tensors, and never to the loop: {}", artifact, reason(e));
      return OnnxTensorModel.of(opened);
    }
    return new OnnxModel(opened, contract);
  }

  private static String reason(ModelRefusedException e) {
    return String.valueOf(e.getMessage());
  }

  private static OnnxModel.Contract contract(OrtSession session)
      throws OrtException, ModelRefusedException {
    Map<String, NodeInfo> inputs = session.getInputInfo();
    if (inputs.size() != 1 || !inputs.containsKey(FEATURES)) {
      throw new ModelRefusedException(
          "the model must have the one input '" + FEATURES + "', it has " + inputs.keySet());
    }
    long[] input = shapeOfFloats(FEATURES, inputs.get(FEATURES));
    if (input.length != 2 || input[0] != -1 || input[1] < 1) {
      throw new ModelRefusedException(
          "input 'features' must have the shape [-1,F], it has " + shown(input));
    }
    Map<String, NodeInfo> outputs = session.getOutputInfo();
    if (!outputs.containsKey(ACTION_PROBABILITIES)) {
      throw new ModelRefusedException(
          "the model must have the output 'action_probabilities', it has " + outputs.keySet());
    }
    long[] output = shapeOfFloats(ACTION_PROBABILITIES, outputs.get(ACTION_PROBABILITIES));
    if (output.length != 2 || output[0] != -1 || output[1] != Answer.ACTIONS) {
      throw new ModelRefusedException(
          "output 'action_probabilities' must have the shape [-1,3], it has " + shown(output));
    }
    boolean expectsReturn = outputs.containsKey(EXPECTED_RETURN);
    if (expectsReturn) {
      requireOnePerRow(EXPECTED_RETURN, outputs);
    }
    List<String> columns = Answer.COLUMNS.stream().filter(outputs::containsKey).toList();
    for (String column : columns) {
      requireOnePerRow(column, outputs);
    }
    int width = (int) input[1];
    return new OnnxModel.Contract(width, window(session, width), expectsReturn, columns);
  }

  private static int window(OrtSession session, int width)
      throws OrtException, ModelRefusedException {
    String inside = session.getMetadata().getCustomMetadata().getOrDefault(WINDOW, "1");
    try {
      int window = Integer.parseInt(inside);
      if (window >= 1 && width % window == 0) {
        return window;
      }
    } catch (NumberFormatException e) {
      throw new ModelRefusedException("the file's window is no number: '" + inside + "'", e);
    }
    throw new ModelRefusedException(
        "the file's window of " + inside + " does not divide its " + width + " features");
  }

  private static void requireFeatureSet(ModelArtifact artifact, OrtSession session)
      throws OrtException, ModelRefusedException {
    String inside = session.getMetadata().getCustomMetadata().get(FEATURE_SET_ID);
    if (inside != null && !inside.equals(artifact.featureSetId())) {
      throw new ModelRefusedException(
          "the file was made for feature set '"
              + inside
              + "', but it is registered for '"
              + artifact.featureSetId()
              + "'");
    }
  }

  private static void requireOnePerRow(String name, Map<String, NodeInfo> outputs)
      throws ModelRefusedException {
    long[] shape = shapeOfFloats(name, outputs.get(name));
    boolean column = shape.length == 2 && shape[0] == -1 && shape[1] == 1;
    boolean vector = shape.length == 1 && shape[0] == -1;
    if (!column && !vector) {
      throw new ModelRefusedException(
          "output '" + name + "' must have the shape [-1,1], it has " + shown(shape));
    }
  }

  private static long[] shapeOfFloats(String name, NodeInfo node) throws ModelRefusedException {
    if (!(node.getInfo() instanceof TensorInfo tensor)) {
      throw new ModelRefusedException("'" + name + "' must be a tensor, it is " + node.getInfo());
    }
    if (tensor.type != OnnxJavaType.FLOAT) {
      throw new ModelRefusedException("'" + name + "' must be FP32, it is " + tensor.type);
    }
    return tensor.getShape();
  }

  private static String shown(long[] shape) {
    return Arrays.toString(shape).replace(" ", "");
  }

  private static void closeAfter(Exception cause, OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      cause.addSuppressed(e);
    }
  }
}
