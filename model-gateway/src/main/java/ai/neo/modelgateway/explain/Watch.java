package ai.neo.modelgateway.explain;

/** Whether anybody still waits for what is computed. Asked between small steps of it. */
@FunctionalInterface
interface Watch {
  boolean isOver();

  /**
   * Ends the computation when nobody waits.
   *
   * @throws NobodyWaitsException then
   */
  default void check() throws NobodyWaitsException {
    if (isOver() || Thread.currentThread().isInterrupted()) {
      throw new NobodyWaitsException();
    }
  }

  /** The caller has gone, its deadline has passed, or the gateway closes. */
  final class NobodyWaitsException extends Exception {
    private static final long serialVersionUID = 1L;

    NobodyWaitsException() {
      super("nobody waits any more", null, false, false);
    }
  }
}
