package ai.neo.modelregistry;

import io.grpc.Status;

/**
 * A call that the registry refuses or cannot answer. The message says what is wrong and what to do;
 * it never holds a password.
 */
public final class RegistryException extends RuntimeException {
  private final Status.Code code;

  RegistryException(Status.Code code, String message) {
    super(message);
    this.code = code;
  }

  RegistryException(Status.Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  static RegistryException invalid(String message) {
    return new RegistryException(Status.Code.INVALID_ARGUMENT, message);
  }

  static RegistryException notFound(String message) {
    return new RegistryException(Status.Code.NOT_FOUND, message);
  }

  /** What must not be done, as things are. */
  public static RegistryException refused(String message) {
    return new RegistryException(Status.Code.FAILED_PRECONDITION, message);
  }

  /** What must not be done, as things are, and what found that out. */
  public static RegistryException refused(String message, Throwable cause) {
    return new RegistryException(Status.Code.FAILED_PRECONDITION, message, cause);
  }

  /** What may be done later. */
  public static RegistryException away(String message, Throwable cause) {
    return new RegistryException(Status.Code.UNAVAILABLE, message, cause);
  }

  /** The gRPC status code that the caller sees. */
  public Status.Code code() {
    return code;
  }
}
