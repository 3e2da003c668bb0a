package ai.neo.modelgateway.network;

/** {@code out = weight · in + bias}, each sum added up in one fixed order. Immutable. */
final class Dense {
  // Input-major, so that the inner loop runs over consecutive outputs and vectorises without
  // changing the order in which any one sum is added up.
  private final float[] byInput;
  private final float[] bias;
  private final int inputs;
  private final int outputs;

  /**
   * @param weight {@code [outputs][inputs]}
   */
  Dense(int outputs, int inputs, float[] weight, float[] bias) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.bias = bias;
    this.byInput = new float[weight.length];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        byInput[i * outputs + o] = weight[o * inputs + i];
      }
    }
  }

  int outputs() {
    return outputs;
  }

  void apply(float[] in, int inAt, float[] out, int outAt) {
    System.arraycopy(bias, 0, out, outAt, outputs);
    add(in, inAt, out, outAt);
  }

  private void add(float[] in, int inAt, float[] out, int outAt) {
    for (int i = 0; i < inputs; i++) {
      float x = in[inAt + i];
      int at = i * outputs;
      for (int o = 0; o < outputs; o++) {
        out[outAt + o] += x * byInput[at + o];
      }
    }
  }

  static void rectify(float[] values, int at, int count) {
    for (int i = at; i < at + count; i++) {
      values[i] = Math.max(0f, values[i]); // hands NaN on, where a comparison would hide it
    }
  }
}
