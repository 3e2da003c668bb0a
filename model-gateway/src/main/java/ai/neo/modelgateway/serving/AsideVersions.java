package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import java.util.Optional;

/**
 * Versions to be looked at beside serving: those that serve as they are, others loaded for the
 * purpose, the last of which stays loaded until another is asked for. One thread; {@link #close}
 * from any, when that thread has ended.
 */
public final class AsideVersions implements AutoCloseable {
  private final ServingCatalog catalog;
  private final VersionLoader loader;
  private Optional<ServedVersion> kept = Optional.empty();

  AsideVersions(ServingCatalog catalog, VersionLoader loader) {
    this.catalog = catalog;
    this.loader = loader;
  }

  /**
   * Goes inside a version. Blocks on the registry and on loading when it is not loaded.
   *
   * @param version empty for the champion
   * @return to be {@linkplain ServedVersion#leave left}
   * @throws ModelRefusedException when there is no such version, or none that could serve
   */
  public ServedVersion enter(String model, String version) throws ModelRefusedException {
    Optional<ServingCatalog.Entered> serving = catalog.enter(model, version);
    if (serving.isPresent()) {
      return serving.get().version();
    }
    if (version.isEmpty()) {
      throw new ModelRefusedException("model '" + model + "' has no champion; name a version");
    }
    if (kept.filter(one -> is(one.artifact(), model, version)).isEmpty()) {
      drop();
      kept = Optional.of(loader.load(model, version, Optional.empty()).version());
    }
    ServedVersion entered = kept.orElseThrow();
    if (!entered.enter()) {
      throw new IllegalStateException(entered.artifact() + " was closed");
    }
    return entered;
  }

  private static boolean is(ModelArtifact artifact, String model, String version) {
    return artifact.model().equals(model) && artifact.version().equals(version);
  }

  private void drop() {
    kept.ifPresent(ServedVersion::retire);
    kept = Optional.empty();
  }

  /** Frees what was loaded. */
  @Override
  public void close() {
    drop();
  }
}
