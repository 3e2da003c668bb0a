package ai.neo.modelgateway.forward;

import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.registry.v1.ModelVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the registry knows of models that others compute. Blocks. */
final class RegisteredVersions {

  private static final Logger LOG = LoggerFactory.getLogger(RegisteredVersions.class);

  private final VersionRegistry registry;

  RegisteredVersions(VersionRegistry registry) {
    this.registry = registry;
  }

  /**
   * One look.
   *
   * @param champion empty when the registry has none
   * @param askedNs by {@link System#nanoTime}
   */
  record Look(
      Optional<String> champion, Map<String, RemoteModel.Registered> versions, long askedNs) {
    Look {
      versions = Map.copyOf(versions);
    }
  }

  /** Empty when the registry cannot be asked. */
  Optional<Look> look(String model) {
    return look(registry, model);
  }

  /** The same, empty too when the registry has not answered within so long. */
  Optional<Look> look(String model, Duration limit) {
    return look(registry.within(limit), model);
  }

  private static Optional<Look> look(VersionRegistry registry, String model) {
    long askedNs = System.nanoTime();
    try {
      Map<String, RemoteModel.Registered> versions = new HashMap<>();
      for (ModelVersion version : registry.list(model)) {
        versions.put(
            version.getVersion(),
            new RemoteModel.Registered(version.getDigest(), version.getFeatureSetId()));
      }
      return Optional.of(new Look(registry.champion(model), versions, askedNs));
    } catch (RegistryException e) {
      LOG.warn("the registry cannot be asked about model={}: {}", model, e.getMessage());
      return Optional.empty();
    }
  }
}
