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

  /**
   * Bytes of a text on the wire. It travels in trailers, of which clients take 8 KiB; beyond that
   * they end the connection, and everybody else's calls on it.
   */
  private static final int TEXT_MAX_BYTES = 4096;

  private static final String CUT = " ...";

  private final Status.Code code;
  private final boolean fromModel;

  private RefusedRequestException(Status.Code code, String message, boolean fromModel) {
    super(bounded(message), null, false, false);
    this.code = Objects.requireNonNull(code, "code");
    this.fromModel = fromModel;
  }

  /** A text may repeat what the request said, which may be of any length. */
  private static String bounded(String text) {
    if (text.length() <= TEXT_MAX_BYTES / 9) { // a char is at most three bytes, each of them "%xx"
      return text;
    }
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      bytes += c >= ' ' && c < 0x7f && c != '%' ? 1 : 9;
      if (bytes > TEXT_MAX_BYTES) {
        return text.substring(0, Character.isLowSurrogate(c) ? i - 1 : i) + CUT;
      }
    }
    return text;
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
