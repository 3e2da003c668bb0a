package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.Architecture;
import ai.neo.modelgateway.network.AutoencoderShape;
import ai.neo.modelgateway.network.MlpShape;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.RecurrentShape;
import ai.neo.modelgateway.network.TransformerShape;
import ai.neo.modelgateway.network.Uncertainty;

/**
 * Which network is trained, and what happens before and after.
 *
 * @param window T; 1 unless the architecture is windowed
 * @param contrastive whether the encoder learns from pairs of views first
 * @param dropout share of the representation hidden in training; above 0 it tells its uncertainty
 * @param horizonNs how far labels look ahead; 0: not known
 */
public record NetworkChoice(
    Architecture architecture,
    int window,
    boolean contrastive,
    CalibrationMethod calibration,
    float dropout,
    long horizonNs) {
  /** What a first start trains. */
  public static final NetworkChoice FIRST =
      new NetworkChoice(Architecture.MLP, 1, false, CalibrationMethod.NONE, 0f, 0);

  /** A quarter of an hour of one-minute bars. */
  public static final int DEFAULT_WINDOW = 16;

  private static final int RECURRENT_HIDDEN = 32;
  private static final int TRANSFORMER_WIDTH = 32;
  private static final int TRANSFORMER_HEADS = 4;
  private static final int TRANSFORMER_LAYERS = 2;
  private static final int AUTOENCODER_HIDDEN = 32;

  /** Narrower than any bundled feature set, so that the code has to leave something out. */
  private static final int AUTOENCODER_CODE = 8;

  public NetworkChoice {
    if (architecture.isWindowed() ? window < 2 : window != 1) {
      throw new IllegalArgumentException(
          architecture.isWindowed()
              ? "an " + architecture.label() + " needs a window of 2 or more, window=" + window
              : "only lstm, gru and transformer look at a window, window=" + window);
    }
    uncertainty(dropout);
    if (horizonNs < 0) {
      throw new IllegalArgumentException("horizon_ns must not be negative, is " + horizonNs);
    }
  }

  /** The shape for feature vectors of a width. */
  public NetworkShape shape(int vector) {
    return switch (architecture) {
      case MLP -> new MlpShape(vector, NetworkShape.DEFAULT_HIDDEN);
      case LSTM, GRU -> new RecurrentShape(architecture, vector, window, RECURRENT_HIDDEN);
      case TRANSFORMER ->
          new TransformerShape(
              vector, window, TRANSFORMER_WIDTH, TRANSFORMER_HEADS, TRANSFORMER_LAYERS);
      case AUTOENCODER ->
          new AutoencoderShape(
              vector, AUTOENCODER_HIDDEN, Math.max(1, Math.min(AUTOENCODER_CODE, vector / 2)));
    };
  }

  Uncertainty uncertainty() {
    return uncertainty(dropout);
  }

  private static Uncertainty uncertainty(float dropout) {
    return dropout == 0f ? Uncertainty.NONE : new Uncertainty(dropout, Uncertainty.DEFAULT_MASKS);
  }
}
