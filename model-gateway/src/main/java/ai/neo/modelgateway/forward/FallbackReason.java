package ai.neo.modelgateway.forward;

import java.util.Locale;

/** Why a local version answers instead of the server. */
public enum FallbackReason {
  /** It has not answered within the hedge. */
  SLOW,
  /** It cannot be reached, gave the request up, or has lost the model. */
  FAILED,
  /** It failed of late and is left alone for a while. */
  CIRCUIT_OPEN,
  /** It has no version that the request may be answered by. */
  NO_VERSION,
  /** As many requests are under way to it as may. */
  BUSY,
  /** Only the local version is known to have the digest that the caller demands. */
  DIGEST;

  /** As answers and metrics call it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
