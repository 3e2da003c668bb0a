package ai.neo.modelgateway.engine;

/** A version may not serve. The message says why, in words that an operator can act on. */
public final class ModelRefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  public ModelRefusedException(String reason) {
    super(reason);
  }

  public ModelRefusedException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
