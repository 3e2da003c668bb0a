package ai.neo.modelgateway.rest;

import io.grpc.Status;

/** A request that is answered by an HTTP error, with the reason as JSON. Carries no stack. */
final class HttpRefusal extends Exception {

  private static final long serialVersionUID = 1L;

  private final int status;

  HttpRefusal(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  static HttpRefusal badRequest(String message) {
    return new HttpRefusal(400, message);
  }

  int status() {
    return status;
  }

  /** Triton's HTTP status for a status of the protocol; 412 and 504 are ours. */
  static int status(Status.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS -> 409;
      case FAILED_PRECONDITION -> 412;
      case CANCELLED -> 499;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
      default -> 500;
    };
  }
}
