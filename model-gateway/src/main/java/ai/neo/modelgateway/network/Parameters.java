package ai.neo.modelgateway.network;

/** Walks a network's flat parameters tensor by tensor, in their order. One thread. */
final class Parameters {
  private final DirectionNetwork network;
  private final java.util.Iterator<Tensor> tensors;
  private int at;

  Parameters(DirectionNetwork network) {
    this.network = network;
    this.tensors = network.shape().tensors().iterator();
  }

  /** The next tensor as it lies. */
  float[] next() {
    return take(tensors.next());
  }

  /** The next two, a weight and its bias. */
  Dense dense() {
    Tensor weight = tensors.next();
    return new Dense(weight.rows(), weight.columns(), take(weight), next());
  }

  private float[] take(Tensor tensor) {
    float[] values = new float[tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = network.parameter(at++);
    }
    return values;
  }
}
