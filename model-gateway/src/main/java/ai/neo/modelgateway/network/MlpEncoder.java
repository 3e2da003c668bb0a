package ai.neo.modelgateway.network;

/** See {@link MlpShape}. */
final class MlpEncoder implements Encoder {
  private final int hidden;
  private final Dense first;
  private final Dense second;
  private final Dense output;

  MlpEncoder(MlpShape shape, Parameters parameters) {
    hidden = shape.hidden();
    first = parameters.dense();
    second = parameters.dense();
    output = parameters.dense();
  }

  @Override
  public Dense output() {
    return output;
  }

  @Override
  public Pass begin() {
    float[] between = new float[hidden];
    return (row, representation) -> {
      first.apply(row, 0, between, 0);
      Dense.rectify(between, 0, hidden);
      second.apply(between, 0, representation, 0);
      Dense.rectify(representation, 0, hidden);
    };
  }
}
