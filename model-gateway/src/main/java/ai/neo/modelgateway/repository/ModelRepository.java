package ai.neo.modelgateway.repository;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.RegistryListener;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.SuppliedVersion;
import inference.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder laid out as Triton's model repository, whose models are served beside the registry's and
 * pass the same checks. A name of which the registry has a champion is the registry's, from the
 * moment that it has one and until it has none any more: its champion serves. While the registry
 * cannot be asked, what serves serves on, and what waits is tried again. Safe for any thread;
 * loading blocks.
 */
public final class ModelRepository implements RegistryListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ModelRepository.class);

  private final Optional<RepositoryFiles> files;
  private final Optional<ServingCatalog> destination;
  private final Map<String, Name> names = new ConcurrentHashMap<>();
  private final DueNames due = new DueNames(this::settle);

  /** What became of a folder's model. */
  private enum State {
    /** The registry could not be asked whether the name is its own. */
    WAITING,
    /** The folder's was tried. */
    FOLDERS,
    REGISTRYS,
    /** Somebody does not want it served. */
    UNLOADED
  }

  /**
   * @param problems by version; empty when it is none of them alone
   */
  private record Name(State state, Map<String, String> problems) {
    Name {
      problems = Map.copyOf(problems);
    }

    Name(State state, String problem) {
      this(state, Map.of("", problem));
    }
  }

  /**
   * A model that is not served.
   *
   * @param version empty when it is none of them alone
   */
  public record Unavailable(String model, String version, String reason) {}

  private ModelRepository(Optional<RepositoryFiles> files, Optional<ServingCatalog> destination) {
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
  public static ModelRepository open(Path folder, ServingCatalog catalog) throws IOException {
    RepositoryFiles files = new RepositoryFiles(folder);
    ModelRepository repository = new ModelRepository(Optional.of(files), Optional.of(catalog));
    Optional<String> away = Optional.empty();
    for (String model : files.models()) {
      try {
        if (away.isPresent()) {
          repository.await(model, away.get()); // one long wait for a registry that hangs is enough
        } else {
          repository.serve(model);
        }
      } catch (RegistryException e) {
        away = Optional.of(repository.await(model, waiting(e)));
        LOG.warn("the models of the model repository wait: {}", away.get());
      } catch (ModelRefusedException e) {
        LOG.warn("model={} of the model repository is not served: {}", model, e.getMessage());
      }
    }
    repository.due.start();
    return repository;
  }

  /** Whether the folder has a model of that name now, or had one when it was loaded last. */
  public boolean contains(String model) {
    if (names.containsKey(model)) {
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
   * Serves the model as its folder says now, or as the registry does where it has a champion of
   * that name. Where nothing of it can be loaded, what served serves on.
   *
   * @throws ModelRefusedException with the reason, when no version can be served
   */
  public synchronized void load(String model) throws ModelRefusedException {
    if (files.isEmpty()) {
      throw new ModelRefusedException("there is no model repository");
    }
    try {
      serve(model);
    } catch (RegistryException e) {
      throw new ModelRefusedException(await(model, waiting(e)), e);
    }
  }

  private void serve(String model) throws ModelRefusedException {
    if (!isRegistrys(model)) {
      loadFolder(model);
    }
  }

  private static String waiting(RegistryException e) {
    return "the registry, whose champions go before, cannot be asked: %s; it is asked until it answers"
        .formatted(e.getMessage());
  }

  private String await(String model, String why) {
    names.put(model, new Name(State.WAITING, why));
    due.add(Set.of(model));
    return why;
  }

  private void loadFolder(String model) throws ModelRefusedException {
    Map<String, String> found = new TreeMap<>();
    int served = 0;
    try {
      RepositoryFiles folder = files.orElseThrow();
      ModelConfig config = RepositoryModel.config(folder, model);
      List<SuppliedVersion> versions = new ArrayList<>();
      for (Long version : VersionChoice.of(config, folder.versions(model))) {
        try {
          versions.add(RepositoryModel.version(folder, config, version));
        } catch (ModelRefusedException e) {
          found.put(Long.toString(version), e.getMessage());
        }
      }
      Map<String, String> refused = destination.orElseThrow().install(model, versions);
      found.putAll(refused);
      served = versions.size() - refused.size();
    } catch (ModelRefusedException e) {
      found.put("", e.getMessage());
    }
    names.put(model, new Name(State.FOLDERS, found));
    if (served == 0) {
      String reasons = String.join("; ", found.values());
      throw new ModelRefusedException(reasons);
    }
    found.forEach(
        (version, reason) ->
            LOG.warn("model={} version={} is not served: {}", model, version, reason));
  }

  /** Two truths about what a name means would be one too many: the registry has the first say. */
  private boolean isRegistrys(String model) {
    Optional<String> champion;
    try {
      champion = destination.orElseThrow().takeOver(model);
    } catch (ModelRefusedException e) {
      LOG.error("model={} registry's champion cannot be loaded: {}", model, e.getMessage());
      return names.containsKey(model) && names.get(model).state() == State.REGISTRYS;
    } catch (RegistryException e) {
      if (e.kind() == RegistryException.Kind.REFUSED) { // no name of the registry's at all
        return false;
      }
      throw e;
    }
    if (champion.isEmpty()) {
      return false;
    }
    Name registrys =
        new Name(
            State.REGISTRYS,
            "the registry has a champion of '%s', which goes before the model repository's"
                .formatted(model));
    if (!registrys.equals(names.put(model, registrys))) {
      LOG.info(
          "model={} is served from the registry, whose champion={} goes before the model"
              + " repository's",
          model,
          champion.get());
    }
    return true;
  }

  /** Serves what the registry's answer leads to now, unless nobody wants the model served. */
  private synchronized void settle(String model) {
    State state = names.get(model).state();
    if (state == State.UNLOADED || isRegistrys(model) || state == State.FOLDERS) {
      return;
    }
    try {
      loadFolder(model);
      LOG.info("model={} is served from the model repository", model);
    } catch (ModelRefusedException e) {
      LOG.warn("model={} of the model repository is not served: {}", model, e.getMessage());
    }
  }

  @Override
  public void answers() {
    due.add(names.keySet());
  }

  @Override
  public void moved(String model) {
    if (names.containsKey(model)) {
      due.add(Set.of(model));
    }
  }

  /** Serves the model no more; the folder stays. */
  public synchronized void unload(String model) {
    destination.ifPresent(to -> to.unload(model));
    names.put(model, new Name(State.UNLOADED, "unloaded"));
  }

  /** What is not served, by name. */
  public List<Unavailable> unavailable() {
    List<Unavailable> all = new ArrayList<>();
    new TreeMap<>(names)
        .forEach(
            (model, name) ->
                new TreeMap<>(name.problems())
                    .forEach(
                        (version, reason) -> all.add(new Unavailable(model, version, reason))));
    return all;
  }

  /** Asks the registry no more; what serves stays. */
  @Override
  public void close() {
    due.close();
  }
}
