package ai.neo.modelgateway.protocol;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;

/**
 * A request that gets an error instead of an answer. Carries no stack: it says what the caller did,
 * or that the model failed, and it is made on the fast path.
 */
public final class RefusedRequestException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Status.Code code;
  private final boolean fromModel;

  private RefusedRequestException(Status.Code code, String message, boolean fromModel) {
    super(message, null, false, false);
    this.code = Objects.requireNonNull(code, "code");
    this.fromModel = fromModel;
  }

  static RefusedRequestException invalid(String message) {
    return new RefusedRequestException(Status.Code.INVALID_ARGUMENT, message, false);
  }

  static RefusedRequestException of(Status.Code code, String message) {
    return new RefusedRequestException(code, message, false);
  }

  /** More requests wait already than may. */
  static RefusedRequestException tooMany(String requestId) {
    return of(Status.Code.UNAVAILABLE, prefix(requestId) + "Exceeds maximum queue size");
  }

  /** What the protocol puts before the texts that are about a request as a whole. */
  static String prefix(String requestId) {
    return "[request id: " + (requestId.isEmpty() ? "<id_unknown>" : requestId) + "] ";
  }

  /** The request was right; the model could not answer it. */
  static RefusedRequestException byModel(String message) {
    return new RefusedRequestException(Status.Code.INTERNAL, message, true);
  }

  /** Another server's error, as it said it. */
  static RefusedRequestException passedOn(Status status) {
    String text = status.getDescription();
    return new RefusedRequestException(
        status.getCode(),
        text == null ? status.getCode().toString() : text,
        status.getCode() == Status.Code.INTERNAL);
  }

  /** The protocol's status. */
  public Status.Code code() {
    return code;
  }

  boolean isFromModel() {
    return fromModel;
  }

  StatusRuntimeException asStatus() {
    return code.toStatus().withDescription(getMessage()).asRuntimeException();
  }
}
