package ai.neo.modelgateway.network;

/** From a standardised row to its representation, in plain Java. Immutable; safe for any thread. */
interface Encoder {
  /** Memory for the rows of one call. */
  Pass begin();

  /** The output layer, which lies between the encoder's and a decoder's parameters. */
  Dense output();

  /** One thread's. */
  interface Pass {
    void encode(float[] row, float[] representation);

    /** Mean squared error of the rebuilt row, for the row encoded last; NaN without a decoder. */
    default float reconstructionError() {
      return Float.NaN;
    }
  }

  static Encoder of(DirectionNetwork network) {
    return switch (network.shape()) {
      case MlpShape shape -> new MlpEncoder(shape, new Parameters(network));
      case RecurrentShape shape -> new RecurrentEncoder(shape, new Parameters(network));
      case TransformerShape shape -> new TransformerEncoder(shape, new Parameters(network));
      case AutoencoderShape shape -> new AutoencoderEncoder(shape, new Parameters(network));
    };
  }
}
