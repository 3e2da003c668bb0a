package ai.neo.orchestrator.operations;

/** Something that a run needs is not there; the message says what to do. */
public final class OperationsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /**
   * @param exitCode of the command: 2 wrong usage or configuration, 5 a needed service is away
   */
  public OperationsException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public OperationsException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
