package ai.neo.modelgateway.serving;

import io.grpc.Status;

/**
 * What a caller of the gateway is told when the registry behind it does not answer. gRPC's own
 * words ("io exception") would read, at the caller's, as if the gateway itself were away.
 */
public final class RegistrySilence {
  private static final String WHO = "the registry behind this gateway does not answer";

  private RegistrySilence() {}

  /** The status to pass on: what the registry itself said stands as it is. */
  public static Status told(Status status) {
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> silent("not in time");
      case UNAVAILABLE -> isOfTransport(status) ? silent(reason(status)) : status;
      default -> status;
    };
  }

  private static Status silent(String reason) {
    return Status.UNAVAILABLE.withDescription(WHO + " (" + reason + ")");
  }

  /** A status that the registry sent has a description and no cause here. */
  private static boolean isOfTransport(Status status) {
    String said = status.getDescription();
    return said == null
        || status.getCause() != null
        || said.startsWith("Keepalive failed")
        || said.startsWith("Network closed")
        || said.startsWith("Connection closed")
        || said.startsWith("Unable to resolve host")
        || said.startsWith("Channel shutdown")
        || said.startsWith("io exception");
  }

  /** The innermost cause says it: {@code Connection refused: /127.0.0.1:1}. */
  private static String reason(Status status) {
    String said = String.valueOf(status.getDescription());
    if (said.startsWith("Keepalive failed")) {
      return "it takes the connection and says nothing";
    }
    String reason = said.lines().findFirst().orElse("");
    for (Throwable e = status.getCause(); e != null; e = e.getCause()) {
      reason = e.getMessage() == null ? reason : e.getMessage();
    }
    return reason.replaceFirst("^finishConnect\\(\\.\\.\\) failed[^:]*: ", "");
  }
}
