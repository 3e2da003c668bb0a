package ai.neo.modelgateway.engine;

/** A model version may not serve; the message says why and what was expected. */
public final class ModelRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  public ModelRefusedException(String reason) {
    super(reason);
  }

  public ModelRefusedException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
