package ai.neo.modelgateway.engine;

import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.nio.FloatBuffer;
import java.util.OptionalLong;

/** One loaded TorchScript program. Its forward call may run on many threads at once. */
final class TorchScriptModel implements ServableModel {

  private final ModelArtifact artifact;
  private final Model model;
  private final Block block;
  private final int features;
  private final InFlight running;

  TorchScriptModel(ModelArtifact artifact, Model model, int features) {
    this.artifact = artifact;
    this.model = model;
    this.block = model.getBlock();
    this.features = features;
    this.running = new InFlight(model::close);
  }

  @Override
  public ModelArtifact artifact() {
    return artifact;
  }

  @Override
  public int features() {
    return features;
  }

  /** A program may do anything. */
  @Override
  public boolean isQuick() {
    return false;
  }

  /** The file's size: it holds the weights as they lie in memory. */
  @Override
  public OptionalLong offHeapBytes() {
    return OptionalLong.of(artifact.content().length);
  }

  @Override
  public Answer infer(float[] rowMajorFeatures, int rows) {
    if (rows < 1 || rowMajorFeatures.length != (long) rows * features) {
      throw new IllegalArgumentException(
          "expected " + rows + " × " + features + " numbers, got " + rowMajorFeatures.length);
    }
    if (!running.enter()) {
      throw new IllegalStateException(artifact + " is closed");
    }
    try (NDManager arrays = model.getNDManager().newSubManager()) {
      NDArray input = arrays.create(FloatBuffer.wrap(rowMajorFeatures), new Shape(rows, features));
      NDList outputs = block.forward(new ParameterStore(arrays, false), new NDList(input), false);
      if (outputs.size() > 2) {
        throw new IllegalStateException(
            "forward answers " + outputs.size() + " tensors, not 1 or 2");
      }
      float[] probabilities = floats(outputs.get(0), "action_probabilities", rows, Answer.ACTIONS);
      float[] returns =
          outputs.size() < 2 ? new float[0] : floats(outputs.get(1), "expected_return", rows, 1);
      return new Answer(probabilities, returns);
    } catch (EngineException e) {
      throw new IllegalStateException("PyTorch failed: " + e.getMessage(), e);
    } finally {
      running.leave();
    }
  }

  private static float[] floats(NDArray tensor, String name, int rows, int columns) {
    if (tensor.getDataType() != DataType.FLOAT32) {
      throw new IllegalStateException(
          "output '" + name + "' must be FP32, it is " + tensor.getDataType());
    }
    Shape shape = tensor.getShape();
    boolean fits =
        shape.equals(new Shape(rows, columns)) || (columns == 1 && shape.equals(new Shape(rows)));
    if (!fits) {
      throw new IllegalStateException(
          "output '"
              + name
              + "' must have the shape ("
              + rows
              + ","
              + columns
              + "), it has "
              + shape);
    }
    return tensor.toFloatArray();
  }

  @Override
  public void close() {
    running.retire();
  }
}
