package ai.neo.modelgateway.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.neo.modelgateway.engine.TorchProgram.Call;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.OptionalLong;

/** One loaded TorchScript program of the loop's signature. */
final class TorchScriptModel implements ServableModel {

  private final TorchProgram program;
  private final int features;

  TorchScriptModel(TorchProgram program, int features) {
    this.program = program;
    this.features = features;
  }

  @Override
  public ModelArtifact artifact() {
    return program.artifact();
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

  @Override
  public OptionalLong offHeapBytes() {
    return program.offHeapBytes();
  }

  @Override
  public Answer infer(float[] rowMajorFeatures, int rows) {
    if (rows < 1 || rowMajorFeatures.length != (long) rows * features) {
      throw new IllegalArgumentException(
          "expected " + rows + " × " + features + " numbers, got " + rowMajorFeatures.length);
    }
    return program.forward(
        call -> List.of(argument(rowMajorFeatures, rows, call)),
        (call, answers) -> answer(answers, rows, call));
  }

  private IValue argument(float[] rowMajorFeatures, int rows, Call call) {
    Shape shape = new Shape(rows, features);
    // Duplicated for the reason that TorchTensors gives.
    return call.keep(
        IValue.from(
            (PtNDArray)
                call.arrays()
                    .create(FloatBuffer.wrap(rowMajorFeatures), shape, DataType.FLOAT32)
                    .duplicate()));
  }

  private static Answer answer(List<IValue> answers, int rows, Call call) {
    if (answers.size() > 2) {
      throw new IllegalStateException("forward answers " + answers.size() + " tensors, not 1 or 2");
    }
    float[] probabilities =
        floats(answers.getFirst(), "action_probabilities", new Shape(rows, Answer.ACTIONS), call);
    float[] returns =
        answers.size() < 2
            ? new float[0]
            : floats(answers.get(1), "expected_return", new Shape(rows, 1), call);
    return new Answer(probabilities, returns);
  }

  private static float[] floats(IValue value, String name, Shape expected, Call call) {
    if (!value.isTensor()) {
      throw new IllegalStateException("output '" + name + "' must be a tensor");
    }
    PtNDArray tensor = value.toTensor(call.arrays());
    if (tensor.getDataType() != DataType.FLOAT32) {
      throw new IllegalStateException(
          "output '" + name + "' must be FP32, it is " + tensor.getDataType());
    }
    Shape shape = tensor.getShape();
    boolean column = expected.get(1) == 1 && shape.equals(expected.slice(0, 1));
    if (!column && !shape.equals(expected)) {
      throw new IllegalStateException(
          "output '%s' must have the shape %s, it has %s".formatted(name, expected, shape));
    }
    return tensor.toFloatArray();
  }

  @Override
  public void close() {
    program.retire();
  }
}
