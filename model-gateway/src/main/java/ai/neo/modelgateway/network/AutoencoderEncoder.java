package ai.neo.modelgateway.network;

/** See {@link AutoencoderShape}. */
final class AutoencoderEncoder implements Encoder {
  private final AutoencoderShape shape;
  private final Dense encode;
  private final Dense code;
  private final Dense output;
  private final Dense decode;
  private final Dense rebuild;

  AutoencoderEncoder(AutoencoderShape shape, Parameters parameters) {
    this.shape = shape;
    encode = parameters.dense();
    code = parameters.dense();
    output = parameters.dense();
    decode = parameters.dense();
    rebuild = parameters.dense();
  }

  @Override
  public Dense output() {
    return output;
  }

  @Override
  public Pass begin() {
    return new Run();
  }

  private final class Run implements Pass {
    private final float[] hidden = new float[shape.hidden()];
    private final float[] rebuilt = new float[shape.vector()];
    private float error;

    @Override
    public void encode(float[] row, float[] representation) {
      encode.apply(row, 0, hidden, 0);
      Dense.rectify(hidden, 0, hidden.length);
      code.apply(hidden, 0, representation, 0);
      decode.apply(representation, 0, hidden, 0);
      Dense.rectify(hidden, 0, hidden.length);
      rebuild.apply(hidden, 0, rebuilt, 0);
      double sum = 0;
      for (int i = 0; i < rebuilt.length; i++) {
        double miss = (double) rebuilt[i] - row[i];
        sum += miss * miss;
      }
      error = (float) (sum / rebuilt.length);
    }

    @Override
    public float reconstructionError() {
      return error;
    }
  }
}
