package ai.neo.modelgateway.onnx;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/**
 * Serves ONNX files of Neo's model contract: input {@code features} FP32 [-1, F], output {@code
 * action_probabilities} FP32 [-1, 3], and optionally {@code expected_return} FP32 [-1, 1].
 *
 * <p>A session is made from the bytes alone: a file that refers to data outside of itself does not
 * load.
 */
public final class OnnxEngine implements ModelEngine {
  private static final String INPUT = "features";
  private static final String PROBABILITIES = "action_probabilities";
  private static final String EXPECTED_RETURN = "expected_return";

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();

  @Override
  public boolean reads(String format) {
    return format.equals("onnx");
  }

  @Override
  public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
    OrtSession session;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      session = environment.createSession(artifact.content(), options);
    } catch (OrtException e) {
      throw new ModelRefusedException("ONNX Runtime cannot load the file: " + e.getMessage(), e);
    }
    try {
      return new Served(artifact, environment, session, features(session), hasReturn(session));
    } catch (ModelRefusedException e) {
      close(session);
      throw e;
    } catch (OrtException e) {
      close(session);
      throw new ModelRefusedException("ONNX Runtime cannot read the graph: " + e.getMessage(), e);
    }
  }

  private static int features(OrtSession session) throws OrtException, ModelRefusedException {
    Map<String, NodeInfo> inputs = session.getInputInfo();
    if (!inputs.keySet().equals(Set.of(INPUT))) {
      throw new ModelRefusedException(
          "the model's inputs are " + inputs.keySet() + ", expected [" + INPUT + "]");
    }
    long features = width(inputs.get(INPUT), INPUT);
    if (features <= 0) {
      throw new ModelRefusedException("input '" + INPUT + "' has no fixed width");
    }
    NodeInfo probabilities = session.getOutputInfo().get(PROBABILITIES);
    if (probabilities == null) {
      throw new ModelRefusedException(
          "the model's outputs are "
              + session.getOutputInfo().keySet()
              + ", expected '"
              + PROBABILITIES
              + "'");
    }
    long actions = width(probabilities, PROBABILITIES);
    if (actions != 3) {
      throw new ModelRefusedException(
          "output '" + PROBABILITIES + "' has width " + actions + ", expected 3: SELL, HOLD, BUY");
    }
    return Math.toIntExact(features);
  }

  private static boolean hasReturn(OrtSession session) throws OrtException {
    return session.getOutputInfo().containsKey(EXPECTED_RETURN);
  }

  private static long width(NodeInfo node, String name) throws ModelRefusedException {
    if (node.getInfo() instanceof TensorInfo tensor
        && tensor.type == OnnxJavaType.FLOAT
        && tensor.getShape().length == 2) {
      return tensor.getShape()[1];
    }
    throw new ModelRefusedException(
        "'" + name + "' is " + node.getInfo() + ", expected FP32 with two dimensions");
  }

  private static void close(OrtSession session) throws ModelRefusedException {
    try {
      session.close();
    } catch (OrtException e) {
      throw new ModelRefusedException("a session did not close: " + e.getMessage(), e);
    }
  }

  private record Served(
      ModelArtifact artifact,
      OrtEnvironment environment,
      OrtSession session,
      int features,
      boolean hasReturn)
      implements ServableModel {
    @Override
    public String engine() {
      return "onnxruntime";
    }

    @Override
    public Answer infer(float[] rowMajor, int rows) {
      if (rows == 0) {
        return new Answer(new float[0], new float[0]);
      }
      try (OnnxTensor input =
              OnnxTensor.createTensor(
                  environment, FloatBuffer.wrap(rowMajor), new long[] {rows, features});
          OrtSession.Result result = session.run(Map.of(INPUT, input))) {
        return new Answer(
            floats(result, PROBABILITIES),
            hasReturn ? floats(result, EXPECTED_RETURN) : new float[0]);
      } catch (OrtException e) {
        throw new IllegalStateException(
            "ONNX Runtime failed on version " + artifact.version() + ": " + e.getMessage(), e);
      }
    }

    private static float[] floats(OrtSession.Result result, String output) {
      OnnxTensor tensor = (OnnxTensor) result.get(output).orElseThrow();
      FloatBuffer buffer = tensor.getFloatBuffer();
      float[] values = new float[buffer.remaining()];
      buffer.get(values);
      return values;
    }

    @Override
    public void close() {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("a session did not close", e);
      }
    }
  }
}
