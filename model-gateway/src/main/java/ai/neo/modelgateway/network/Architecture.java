package ai.neo.modelgateway.network;

import java.util.Locale;

/** The kinds of network that Neo trains itself; the number stands in the artifact. */
public enum Architecture {
  /** Two layers of rectified units over one feature vector. */
  MLP(2),
  /** Long short-term memory with attention over a window of vectors. */
  LSTM(3),
  /** Gated recurrent units with attention over a window. */
  GRU(4),
  /** A small encoder of self-attention layers over a window. */
  TRANSFORMER(5),
  /** Reconstructs its input; direction is told from its code. */
  AUTOENCODER(6);

  private final int number;

  Architecture(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** Whether it looks at more than the newest vector. */
  public boolean isWindowed() {
    return this == LSTM || this == GRU || this == TRANSFORMER;
  }

  /** As the command line and the wire name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * By its name in lower case.
   *
   * @throws IllegalArgumentException with the names there are
   */
  public static Architecture of(String label) {
    for (Architecture one : values()) {
      if (one.label().equals(label)) {
        return one;
      }
    }
    throw new IllegalArgumentException(
        "architecture must be mlp, lstm, gru, transformer or autoencoder, is '" + label + "'");
  }

  static Architecture numbered(int number) throws UnreadableNetworkException {
    for (Architecture one : values()) {
      if (one.number == number) {
        return one;
      }
    }
    throw new UnreadableNetworkException("there is no architecture " + number);
  }
}
