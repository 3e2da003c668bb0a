package ai.neo.orchestrator.marketdata;

import java.io.Serial;

/** A venue does not answer; the message says which, where and why. */
public final class FeedAwayException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public FeedAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
