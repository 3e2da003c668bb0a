package ai.neo.modelgateway.repository;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.SuppliedVersion;
import ai.neo.modelgateway.serving.VersionRegistry;
import inference.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder laid out as Triton's model repository, whose models are served beside the registry's.
 * They pass the same checks; what the registry has a model of the same name of is not served from
 * here. Safe for any thread; loading blocks.
 */
public final class ModelRepository {

  private static final Logger LOG = LoggerFactory.getLogger(ModelRepository.class);

  private final Optional<RepositoryFiles> files;
  private final Optional<Destination> destination;
  private final Map<String, Map<String, String>> problems = new ConcurrentHashMap<>();

  /** Where models are served, and who has the first say about their names. */
  private record Destination(ServingCatalog catalog, VersionRegistry registry) {}

  /**
   * A model that is not served.
   *
   * @param version empty when it is none of them alone
   */
  public record Unavailable(String model, String version, String reason) {}

  private ModelRepository(Optional<RepositoryFiles> files, Optional<Destination> destination) {
    this.files = files;
    this.destination = destination;
  }

  /** No folder, no models. */
  public static ModelRepository none() {
    return new ModelRepository(Optional.empty(), Optional.empty());
  }

  /**
   * Loads every model of a folder that can be; the others are {@link #unavailable}.
   *
   * @throws IOException when there is no such folder
   */
  public static ModelRepository open(Path folder, ServingCatalog catalog, VersionRegistry registry)
      throws IOException {
    RepositoryFiles files = new RepositoryFiles(folder);
    ModelRepository repository =
        new ModelRepository(Optional.of(files), Optional.of(new Destination(catalog, registry)));
    for (String model : files.models()) {
      try {
        repository.load(model);
      } catch (ModelRefusedException e) {
        LOG.warn("model={} of the model repository is not served: {}", model, e.getMessage());
      }
    }
    return repository;
  }

  /** Whether the folder has a model of that name now, or had one when it was loaded last. */
  public boolean contains(String model) {
    if (problems.containsKey(model)) {
      return true;
    }
    try {
      return files.isPresent() && files.get().models().contains(model);
    } catch (IOException e) {
      LOG.warn("the model repository cannot be read", e);
      return false;
    }
  }

  /**
   * Serves the model as its folder says now. Where nothing of it can be loaded, what served serves
   * on.
   *
   * @throws ModelRefusedException with the reason, when no version can be served
   */
  public synchronized void load(String model) throws ModelRefusedException {
    Map<String, String> found = new TreeMap<>();
    int served = 0;
    try {
      RepositoryFiles folder =
          files.orElseThrow(() -> new ModelRefusedException("there is no model repository"));
      Destination to = destination.orElseThrow();
      requireFreeName(to.registry(), model);
      ModelConfig config = RepositoryModel.config(folder, model);
      List<SuppliedVersion> versions = new ArrayList<>();
      for (Long version : VersionChoice.of(config, folder.versions(model))) {
        try {
          versions.add(RepositoryModel.version(folder, config, version));
        } catch (ModelRefusedException e) {
          found.put(Long.toString(version), e.getMessage());
        }
      }
      Map<String, String> refused = to.catalog().install(model, versions);
      found.putAll(refused);
      served = versions.size() - refused.size();
    } catch (ModelRefusedException e) {
      found.put("", e.getMessage());
    }
    problems.put(model, Map.copyOf(found));
    if (served == 0) {
      String reasons = String.join("; ", found.values());
      throw new ModelRefusedException(reasons);
    }
    found.forEach(
        (version, reason) ->
            LOG.warn("model={} version={} is not served: {}", model, version, reason));
  }

  /** Serves the model no more; the folder stays. */
  public synchronized void unload(String model) {
    destination.ifPresent(to -> to.catalog().unload(model));
    problems.put(model, Map.of("", "unloaded"));
  }

  /** What is not served, by name. */
  public List<Unavailable> unavailable() {
    List<Unavailable> all = new ArrayList<>();
    new TreeMap<>(problems)
        .forEach(
            (model, reasons) ->
                new TreeMap<>(reasons)
                    .forEach(
                        (version, reason) -> all.add(new Unavailable(model, version, reason))));
    return all;
  }

  /** Two truths about what a name means would be one too many. */
  private static void requireFreeName(VersionRegistry registry, String model)
      throws ModelRefusedException {
    try {
      if (!registry.list(model).isEmpty()) {
        throw new ModelRefusedException(
            "the registry has a model '%s', which goes before the model repository's"
                .formatted(model));
      }
    } catch (RegistryException e) {
      if (e.kind() != RegistryException.Kind.REFUSED) { // no name of the registry's at all
        throw new ModelRefusedException("the registry cannot be asked: " + e.getMessage(), e);
      }
    }
  }
}
