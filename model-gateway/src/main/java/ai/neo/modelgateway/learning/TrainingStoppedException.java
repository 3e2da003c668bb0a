package ai.neo.modelgateway.learning;

/** A training that gives no network; the message says why. */
public final class TrainingStoppedException extends Exception {
  private static final long serialVersionUID = 1L;

  TrainingStoppedException(String reason) {
    super(reason);
  }
}
