package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.Forwarding;
import ai.neo.modelgateway.repository.ModelRepository;
import java.util.Objects;

/**
 * Where models come from beside the registry.
 *
 * @param forwarding servers whose models are served by name; stays the caller's to close
 * @param repository a folder of models, which are loaded here
 */
public record OtherModels(Forwarding forwarding, ModelRepository repository) {

  public OtherModels {
    Objects.requireNonNull(forwarding, "forwarding");
    Objects.requireNonNull(repository, "repository");
  }

  /** Nothing but the registry's models. */
  public static OtherModels none() {
    return new OtherModels(Forwarding.none(), ModelRepository.none());
  }
}
