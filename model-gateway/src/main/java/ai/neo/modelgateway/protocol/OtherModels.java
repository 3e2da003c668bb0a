package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.Forwarding;
import ai.neo.modelgateway.repository.ModelRepository;
import ai.neo.modelgateway.routing.ActiveRoutes;
import java.util.Objects;

/**
 * What is served beside the registry's champions.
 *
 * @param forwarding servers whose models are served by name; stays the caller's to close
 * @param repository a folder of models, which are loaded here
 * @param routes by which other versions than the champion answer, or are scored
 */
public record OtherModels(Forwarding forwarding, ModelRepository repository, ActiveRoutes routes) {

  public OtherModels {
    Objects.requireNonNull(forwarding, "forwarding");
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(routes, "routes");
  }

  /** Without routes: champions answer everything. */
  public OtherModels(Forwarding forwarding, ModelRepository repository) {
    this(forwarding, repository, new ActiveRoutes());
  }

  /** Nothing but the registry's models. */
  public static OtherModels none() {
    return new OtherModels(Forwarding.none(), ModelRepository.none());
  }
}
