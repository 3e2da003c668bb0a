package ai.neo.modeltier;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelregistry.Author;
import ai.neo.modelregistry.ChampionServing;
import ai.neo.modelregistry.RegistryException;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Champions that change over MLflow change in this process's gateway, as over gRPC. */
final class GatewayChampions implements ChampionServing {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayChampions.class);

  private final ServingCatalog catalog;
  private final Set<String> needed;

  /**
   * @param needed models that always have a champion once they had one: somebody trades by them
   */
  GatewayChampions(ServingCatalog catalog, Set<String> needed) {
    this.catalog = catalog;
    this.needed = Set.copyOf(needed);
  }

  @Override
  public void promote(String model, String version, String expected, Author author) {
    try {
      catalog.promote(model, version, expected, author.actor(), author.reason());
    } catch (ModelRefusedException e) {
      throw RegistryException.refused(
          "Version %s of model '%s' cannot become champion, which stays as it was: %s"
              .formatted(version, model, e.getMessage()),
          e);
    } catch (ai.neo.modelgateway.serving.RegistryException e) {
      throw RegistryException.away(
          "Version %s of model '%s' is not champion yet: %s"
              .formatted(version, model, e.getMessage()),
          e);
    }
  }

  @Override
  public void requireMayEnd(String model) {
    if (needed.contains(model)) {
      throw RegistryException.refused(
          "The champion of model '%s' trades: it can be replaced, by setting the alias to another"
                  .formatted(model)
              + " version, and not be taken away");
    }
  }

  @Override
  public void follow(String model) {
    try {
      catalog.follow(model);
    } catch (ModelRefusedException | ai.neo.modelgateway.serving.RegistryException e) {
      LOG.error("model={} cannot be served as the registry says: {}", model, e.getMessage());
    }
  }
}
