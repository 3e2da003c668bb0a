package ai.neo.modelgateway.forward;

import io.grpc.Status;
import java.util.Optional;

/** Whose fault it is that a server answered with an error. */
enum ServerFailure {
  /** The request's, or its model's: the caller gets the error as it is. */
  REQUEST,
  /** Nobody's: too many wait there. The server is well. */
  BUSY,
  /** The server's: it is away, or has lost what it had. */
  SERVER;

  /**
   * Judges an error.
   *
   * @param knewVersion whether the version that was asked was ready when last looked at
   */
  static ServerFailure of(Status status, boolean knewVersion) {
    String text = Optional.ofNullable(status.getDescription()).orElse("");
    return switch (status.getCode()) {
      case UNAVAILABLE -> isBusy(text) ? BUSY : SERVER;
      // Deadline and cancellation are never the caller's here.
      case DEADLINE_EXCEEDED, CANCELLED, UNKNOWN -> SERVER;
      case INTERNAL -> isSick(text) || status.getCause() != null ? SERVER : REQUEST;
      case NOT_FOUND -> knewVersion && isUnknownModel(text) ? SERVER : REQUEST;
      default -> REQUEST;
    };
  }

  /**
   * Judges an error that came in line, of which the text alone is known.
   *
   * @param knewVersion whether the version that was asked was ready when last looked at
   */
  static ServerFailure of(String text, boolean knewVersion) {
    if (isBusy(text)) {
      return BUSY;
    }
    return isSick(text) || (knewVersion && isUnknownModel(text)) ? SERVER : REQUEST;
  }

  /** What it says, and what is behind it where that says more. */
  static String text(Status status) {
    String said = Optional.ofNullable(status.getDescription()).orElse(status.getCode().toString());
    Throwable root = status.getCause();
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    return root == null || root.getMessage() == null ? said : said + ": " + root.getMessage();
  }

  private static boolean isBusy(String text) {
    return text.contains("Exceeds maximum queue size") || text.contains("Request timeout expired");
  }

  /** Triton goes on calling a model ready whose process has died. */
  static boolean isSick(String text) {
    return text.contains("is not healthy");
  }

  private static boolean isUnknownModel(String text) {
    return text.startsWith("Request for unknown model");
  }
}
