package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.Forwarding;
import java.util.Objects;

/**
 * Where models come from beside the registry.
 *
 * @param forwarding servers whose models are served by name; stays the caller's to close
 */
public record OtherModels(Forwarding forwarding) {

  public OtherModels {
    Objects.requireNonNull(forwarding, "forwarding");
  }

  /** Nothing but the registry's models. */
  public static OtherModels none() {
    return new OtherModels(Forwarding.none());
  }
}
