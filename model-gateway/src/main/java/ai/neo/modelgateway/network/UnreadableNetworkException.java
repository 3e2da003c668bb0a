package ai.neo.modelgateway.network;

/** Bytes that are not exactly one direction network; the message says what is wrong with them. */
public final class UnreadableNetworkException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableNetworkException(String reason) {
    super(reason);
  }

  UnreadableNetworkException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
