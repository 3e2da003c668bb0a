package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.RegistryException;

/** A call that is refused; the client shows code and message to its user. */
final class MlflowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  MlflowException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  private MlflowException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  static MlflowException invalid(String message) {
    return new MlflowException(ErrorCode.INVALID_PARAMETER_VALUE, message);
  }

  static MlflowException exists(String message) {
    return new MlflowException(ErrorCode.RESOURCE_ALREADY_EXISTS, message);
  }

  static MlflowException absent(String message) {
    return new MlflowException(ErrorCode.RESOURCE_DOES_NOT_EXIST, message);
  }

  /**
   * A refusal of the registry in MLflow's words. What may succeed when repeated as it is becomes
   * 503, which clients repeat.
   */
  static MlflowException of(RegistryException e) {
    ErrorCode code =
        switch (e.code()) {
          case INVALID_ARGUMENT, FAILED_PRECONDITION -> ErrorCode.INVALID_PARAMETER_VALUE;
          case NOT_FOUND -> ErrorCode.RESOURCE_DOES_NOT_EXIST;
          case ALREADY_EXISTS -> ErrorCode.RESOURCE_ALREADY_EXISTS;
          case ABORTED, UNAVAILABLE -> ErrorCode.TEMPORARILY_UNAVAILABLE;
          default -> ErrorCode.INTERNAL_ERROR;
        };
    return new MlflowException(code, e.getMessage(), e);
  }

  ErrorCode code() {
    return code;
  }
}
