package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.registry.v1.RecordRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which version of each model answers. Safe for any thread.
 *
 * <p>Requests {@link #enter} a version and never wait. {@link #promote}, {@link #rollback}, {@link
 * #restore} and {@link #unload} block on the registry and on loading, one at a time for each model;
 * what answers changes by one reference, after the registry has agreed. Requests inside finish on
 * the version that they entered.
 */
public final class ServingCatalog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServingCatalog.class);
  private final VersionRegistry registry;
  private final VersionLoader loader;
  private final Consumer<String> served;
  private final ConcurrentMap<String, ModelSlot> slots = new ConcurrentHashMap<>();
  private final ExecutorService standbys =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("standby-loader-", 0).factory());
  private final RegistryLink link = new RegistryLink();
  private volatile boolean closed;

  /**
   * @param engines asked in order which one reads a format
   */
  public ServingCatalog(VersionRegistry registry, List<ModelEngine> engines) {
    this(registry, engines, model -> {});
  }

  /**
   * @param engines asked in order which one reads a format
   * @param served told the name of each model of the registry when one of its versions begins to
   *     serve
   */
  public ServingCatalog(
      VersionRegistry registry, List<ModelEngine> engines, Consumer<String> served) {
    this.registry = registry;
    this.served = served;
    this.loader = new VersionLoader(registry, engines);
  }

  /**
   * A version that a request is inside of.
   *
   * @param epoch in which it was chosen
   * @param champion whether it was the champion of that epoch
   */
  public record Entered(ServedVersion version, long epoch, boolean champion) {}

  /** Why a request for a version can or cannot be served. */
  public enum Availability {
    READY,
    UNKNOWN_MODEL,
    UNKNOWN_VERSION,
    /** The model is known, and no version of it is loaded. */
    NO_VERSION,
    /** The version served once and is not loaded now. */
    NOT_READY
  }

  /**
   * Goes inside the champion (empty version) or any other warm version. Whoever got one must call
   * {@link ServedVersion#leave}.
   */
  public Optional<Entered> enter(String model, String version) {
    ModelSlot slot = slots.get(model);
    while (slot != null) {
      Serving now = slot.serving();
      Optional<ServedVersion> wanted = now.version(version);
      if (wanted.isEmpty()) {
        return Optional.empty();
      }
      // A version is retired only after the reference has changed, so that a second look differs.
      if (wanted.get().enter()) {
        boolean champion = now.champion().filter(served -> served == wanted.get()).isPresent();
        return Optional.of(new Entered(wanted.get(), now.epoch(), champion));
      }
    }
    return Optional.empty();
  }

  /**
   * Whether the registry, asked then or later, called the champion of that epoch the champion.
   *
   * @param epoch as {@link #enter} told it
   * @param sinceNs by {@link System#nanoTime}
   */
  public boolean isConfirmed(String model, long epoch, long sinceNs) {
    ModelSlot slot = slots.get(model);
    return slot != null && slot.isConfirmed(epoch, sinceNs);
  }

  /**
   * Asks the registry who is champion, and keeps its answer when it is the version that serves.
   * Blocks, for {@link VersionRegistry#PROMPTLY} at most.
   *
   * @return the registry's champion; empty when it knows none
   * @throws RegistryException of kind UNAVAILABLE when the registry is away
   */
  public Optional<String> confirm(String model) {
    Serving now = serving(model);
    long askedNs = System.nanoTime();
    Optional<String> champion = registry.within(VersionRegistry.PROMPTLY).champion(model);
    ModelSlot slot = slots.get(model);
    if (slot != null
        && champion.isPresent()
        && champion.get().equals(now.championVersion())
        && !slot.isElsewhere() // whose numbers are its own
        && slot.serving().epoch() == now.epoch()) {
      slot.confirmed(now.epoch(), askedNs);
    }
    return champion;
  }

  /** Says whether {@link #enter} would succeed now, or why not. */
  public Availability availability(String model, String version) {
    ModelSlot slot = slots.get(model);
    if (slot == null || !slot.isKnown()) {
      return Availability.UNKNOWN_MODEL;
    }
    if (slot.serving().version(version).isPresent()) {
      return Availability.READY;
    }
    if (version.isEmpty()) {
      return Availability.NO_VERSION;
    }
    return slot.everServed(version) ? Availability.NOT_READY : Availability.UNKNOWN_VERSION;
  }

  /**
   * The loop's model that answers by default, if it is one. It may be closed by later swaps; do not
   * hold on to it.
   */
  public Optional<ServableModel> champion(String model) {
    return serving(model)
        .champion()
        .map(ServedVersion::loaded)
        .flatMap(
            loaded ->
                loaded instanceof ServableModel ofLoop ? Optional.of(ofLoop) : Optional.empty());
  }

  /** Whether the registry is heard. */
  public RegistryLink registryLink() {
    return link;
  }

  /** For one thread that looks at versions beside serving. */
  public AsideVersions aside() {
    return new AsideVersions(this, loader);
  }

  /** The warm versions of every known model, by name, then by version. */
  public List<CatalogEntry> entries() {
    return slots.values().stream()
        .filter(ModelSlot::isKnown)
        .map(CatalogEntry::of)
        .sorted((a, b) -> a.model().compareTo(b.model()))
        .toList();
  }

  /** False while a model that should be served has no version that answers. */
  public boolean isReady() {
    return !closed && slots.values().stream().allMatch(slot -> slot.failure().isEmpty());
  }

  /**
   * Which champion answers: how many times it had moved by the registry's ledger, or, of models
   * from elsewhere, has changed here. 0 before any.
   */
  public long epoch(String model) {
    return serving(model).epoch();
  }

  /** The last change of the champion, with the latencies up to it and since. */
  public Optional<SwapReceipt> lastSwap(String model) {
    ModelSlot slot = slots.get(model);
    return slot == null ? Optional.empty() : slot.lastSwap().map(LastSwap::now);
  }

  /**
   * Keeps versions warm beside the champion, whatever is swapped, until told others. Each is loaded
   * and verified as a champion, and takes the very same rows. All or nothing. Blocks.
   *
   * @return what is held now, by version
   * @throws ModelRefusedException with the reason, when there is no champion or one may not serve
   * @throws RegistryException of kind UNAVAILABLE when the registry is away
   */
  public Map<String, ModelArtifact> hold(String model, Set<String> versions)
      throws ModelRefusedException {
    ModelSlot slot = slot(model);
    slot.change.lock();
    try {
      if (!versions.isEmpty()) {
        slot.requireOfRegistry();
      }
      Map<String, ServedVersion> held = new Holding(slot, loader).of(versions);
      Map<String, ModelArtifact> artifacts = new TreeMap<>();
      held.forEach((version, served) -> artifacts.put(version, served.artifact()));
      return artifacts;
    } finally {
      slot.change.unlock();
    }
  }

  /** Tells the watchers that the route beside a model's champion changed. */
  public void announceRoute(String model, String reason) {
    ModelSlot slot = slots.get(model);
    if (slot != null) {
      slot.announceRoute(reason);
    }
  }

  /**
   * Delivers CURRENT at once (version empty when nothing answers yet), then every change, in order.
   *
   * @param watcher must not block; one that throws is dropped
   * @return close it to stop watching
   */
  public AutoCloseable watch(String model, Consumer<ModelChange> watcher) {
    return slot(model).watch(watcher);
  }

  /** Tells the watchers of the change's model; for changes that swap nothing. */
  public void announce(ModelChange change) {
    slot(change.getModel()).announce(change);
  }

  /**
   * Loads, verifies and warms a registered version, then makes it the champion. To promote what is
   * champion already changes nothing.
   *
   * @param expectedChampion the champion that it replaces, as the caller believes; empty for
   *     whichever it is
   * @throws ModelRefusedException with the reason, when it may not serve; the champion serves on
   * @throws RegistryException of kind UNAVAILABLE when the registry is away; the champion serves on
   */
  public SwapReceipt promote(
      String model, String version, String expectedChampion, String actor, String reason)
      throws ModelRefusedException {
    ModelSlot slot = slot(model);
    slot.requireOfRegistry();
    slot.change.lock();
    try {
      Optional<VersionRegistry.Champion> standing = registry.standing(model);
      String registered = standing.map(VersionRegistry.Champion::version).orElse("");
      if (!expectedChampion.isEmpty() && !expectedChampion.equals(registered)) {
        throw new ModelRefusedException(
            "the champion of '%s' is %s, not version %s as expected; look again and decide anew"
                .formatted(model, named(registered), expectedChampion));
      }
      Serving now = slot.serving();
      if (version.equals(registered) && version.equals(now.championVersion())) {
        return Swap.receipt(slot, version).build();
      }
      VersionLoader.Loaded loaded = loadOrRecordRefusal(slot, version, actor);
      long epoch;
      try {
        epoch =
            version.equals(registered)
                ? standing.orElseThrow().epoch()
                : move(slot, version, registered, new Move("promote", actor, reason));
      } catch (ModelRefusedException | RuntimeException e) {
        retireUnlessWarm(now, loaded.version());
        throw e;
      }
      Serving next =
          now.withChampion(loaded.version(), now.champion().map(ServedVersion::version), epoch);
      slot.confirmed(next.epoch(), System.nanoTime());
      SwapReceipt receipt =
          Swap.carryOut(slot, next, loaded, changed(ModelChange.Kind.PROMOTED, reason));
      served.accept(model);
      return receipt;
    } finally {
      slot.change.unlock();
    }
  }

  /**
   * Makes the ledger's previous champion the champion again. It is warm as a rule, and then nothing
   * is loaded; what takes its place as the next to roll back to is loaded afterwards, off this
   * thread.
   *
   * @throws ModelRefusedException when there is no previous champion, or it may no longer serve
   * @throws RegistryException of kind UNAVAILABLE when the registry is away
   */
  public SwapReceipt rollback(String model, String actor, String reason)
      throws ModelRefusedException {
    ModelSlot slot = slot(model);
    slot.requireOfRegistry();
    slot.change.lock();
    try {
      Optional<VersionRegistry.Champion> standing = registry.standing(model);
      String current = standing.map(VersionRegistry.Champion::version).orElse("");
      String target =
          standing
              .flatMap(VersionRegistry.Champion::previous)
              .orElseThrow(
                  () ->
                      new ModelRefusedException(
                          current.isEmpty()
                              ? "'%s' has no champion yet; promote a version first".formatted(model)
                              : "there is no champion of '%s' before %s to roll back to"
                                  .formatted(model, named(current))));
      Serving now = slot.serving();
      Optional<ServedVersion> warm = now.version(target);
      VersionLoader.Loaded loaded =
          warm.isPresent()
              ? VersionLoader.Loaded.warm(warm.get())
              : loader.load(model, target, now.champion());
      long epoch;
      try {
        epoch = move(slot, target, current, new Move("rollback", actor, reason));
      } catch (ModelRefusedException | RuntimeException e) {
        retireUnlessWarm(now, loaded.version());
        throw e;
      }
      Serving next = now.withChampion(loaded.version(), Optional.empty(), epoch);
      slot.confirmed(next.epoch(), System.nanoTime());
      SwapReceipt receipt =
          Swap.carryOut(slot, next, loaded, changed(ModelChange.Kind.ROLLED_BACK, reason));
      standbys.execute(() -> warmPrevious(slot, receipt.getEpoch()));
      return receipt;
    } finally {
      slot.change.unlock();
    }
  }

  /**
   * Serves what the registry says: its champion, or the one before when the champion cannot be
   * loaded (which the ledger then says), and warms the one to roll back to. Loads nothing when the
   * champion serves already, or when there is none.
   *
   * @throws ModelRefusedException when neither can be loaded; then the model is not ready
   * @throws RegistryException of kind UNAVAILABLE when the registry is away
   */
  public void restore(String model) throws ModelRefusedException {
    ModelSlot slot = slot(model);
    slot.requireOfRegistry();
    slot.change.lock();
    try {
      Optional<VersionRegistry.Champion> standing = registry.standing(model);
      if (standing.isEmpty()) {
        return;
      }
      VersionRegistry.Champion champion = standing.get();
      Serving now = slot.serving();
      if (champion.version().equals(now.championVersion())) {
        // It may have been away and come back meanwhile.
        slot.replace(now.withEpoch(champion.epoch()), Optional.empty());
        return;
      }
      serve(slot, now, champion, "restored");
    } finally {
      slot.change.unlock();
    }
  }

  private void serve(ModelSlot slot, Serving now, VersionRegistry.Champion champion, String reason)
      throws ModelRefusedException {
    VersionLoader.Loaded loaded = championOrPrevious(slot, champion);
    // What stands in for the champion is of an epoch before: no pin takes it for the champion.
    boolean standsIn = !loaded.version().version().equals(champion.version());
    long epoch = standsIn ? champion.epoch() - 1 : champion.epoch();
    Serving next = now.withChampion(loaded.version(), Optional.empty(), epoch);
    Swap.carryOut(slot, next, loaded, changed(ModelChange.Kind.CURRENT, reason));
    served.accept(slot.name());
    warmPrevious(slot, next.epoch());
  }

  /**
   * Serves versions from elsewhere than the registry: exactly those that can be loaded, the highest
   * by default. When none can, what served serves on. Blocks.
   *
   * @return why each of the others cannot, by version
   */
  public Map<String, String> install(String model, List<SuppliedVersion> versions) {
    return new Installation(slot(model), loader).of(versions);
  }

  /**
   * Serves the registry's champion, also in the place of versions from elsewhere, none of which
   * stays; does nothing where the registry has none.
   *
   * @return the registry's champion
   * @throws ModelRefusedException as {@link #restore}; what comes from elsewhere serves on
   * @throws RegistryException of kind UNAVAILABLE when the registry is away
   */
  public Optional<String> takeOver(String model) throws ModelRefusedException {
    ModelSlot slot = slot(model);
    slot.change.lock();
    try {
      Optional<VersionRegistry.Champion> champion = registry.standing(model);
      if (champion.isPresent() && slot.isElsewhere()) {
        // Not one of the versions from elsewhere may answer by a number that is the registry's now.
        Serving without = slot.serving().withoutVersions();
        serve(slot, without, champion.get(), "the registry's champion");
        slot.setElsewhere(false);
      } else if (champion.isPresent()) {
        restore(model);
      }
      return champion.map(VersionRegistry.Champion::version);
    } finally {
      slot.change.unlock();
    }
  }

  /**
   * Serves what the registry says now, after somebody changed it there: its champion, or nothing
   * where it has none. What is served from elsewhere than the registry is left alone.
   *
   * @throws ModelRefusedException as {@link #restore}
   * @throws RegistryException of kind UNAVAILABLE when the registry is away
   */
  public void follow(String model) throws ModelRefusedException {
    ModelSlot slot = slot(model);
    if (slot.isElsewhere()) {
      return; // without waiting for what may be loading there
    }
    slot.change.lock(); // or a promotion could come between the answer and what it leads to
    try {
      if (slot.isElsewhere()) {
        return;
      }
      if (registry.champion(model).isEmpty()) {
        unload(model);
      } else {
        restore(model);
      }
    } finally {
      slot.change.unlock();
    }
  }

  /** Serves the model no more; requests inside finish. The registry is not touched. */
  public void unload(String model) {
    ModelSlot slot = slots.get(model);
    if (slot == null) {
      return;
    }
    slot.change.lock();
    try {
      Serving now = slot.serving();
      slot.replace(now.withoutVersions(), Optional.empty());
      slot.setElsewhere(false);
    } finally {
      slot.change.unlock();
    }
  }

  /** Serves nothing any more and frees every version when its last request has left. */
  @Override
  public void close() {
    closed = true;
    standbys.shutdownNow();
    slots.keySet().forEach(this::unload);
  }

  /** Without making a slot, so that asking for names that do not exist costs no memory. */
  private Serving serving(String model) {
    ModelSlot slot = slots.get(model);
    return slot == null ? Serving.NOTHING : slot.serving();
  }

  private ModelSlot slot(String model) {
    return slots.computeIfAbsent(model, ModelSlot::new);
  }

  private VersionLoader.Loaded loadOrRecordRefusal(ModelSlot slot, String version, String actor)
      throws ModelRefusedException {
    Serving now = slot.serving();
    Optional<ServedVersion> warm = Optional.ofNullable(now.warm().get(version));
    if (warm.isPresent()) {
      return VersionLoader.Loaded.warm(warm.get());
    }
    try {
      return loader.load(slot.name(), version, now.champion());
    } catch (ModelRefusedException e) {
      record(slot.name(), version, "promotion-refused", actor, e.getMessage());
      throw e;
    }
  }

  private VersionLoader.Loaded championOrPrevious(ModelSlot slot, VersionRegistry.Champion standing)
      throws ModelRefusedException {
    String model = slot.name();
    String champion = standing.version();
    try {
      return loader.load(model, champion, Optional.empty());
    } catch (ModelRefusedException e) {
      LOG.error("model={} champion={} cannot be loaded: {}", model, champion, e.getMessage());
      slot.failed(champion, e.getMessage());
      String previous = standing.previous().orElse("");
      if (previous.isEmpty()) {
        throw e;
      }
      VersionLoader.Loaded loaded = loader.load(model, previous, Optional.empty());
      record(
          model,
          previous,
          "fallback",
          "gateway",
          "serves instead of champion %s, which cannot be loaded: %s"
              .formatted(champion, e.getMessage()));
      return loaded;
    }
  }

  /** Loads the version that a rollback would lead to, unless the champion changed meanwhile. */
  private void warmPrevious(ModelSlot slot, long epoch) {
    slot.change.lock();
    try {
      Serving now = slot.serving();
      if (closed || now.epoch() != epoch) {
        return;
      }
      Optional<String> previous =
          registry.standing(slot.name()).flatMap(VersionRegistry.Champion::previous);
      if (previous.isEmpty() || previous.get().equals(now.championVersion())) {
        return;
      }
      Optional<ServedVersion> warm = Optional.ofNullable(now.warm().get(previous.get()));
      ServedVersion standby =
          warm.isPresent()
              ? warm.get()
              : loader.load(slot.name(), previous.get(), now.champion()).version();
      slot.replace(now.withPrevious(standby), Optional.empty());
    } catch (ModelRefusedException | RegistryException e) {
      LOG.warn("model={} has no warm version to roll back to: {}", slot.name(), e.getMessage());
    } finally {
      slot.change.unlock();
    }
  }

  private record Move(String action, String actor, String reason) {}

  /** Returns the epoch that begins. */
  private long move(ModelSlot slot, String version, String expected, Move move)
      throws ModelRefusedException {
    try {
      return registry.moveChampion(
          slot.name(), version, expected, move.action(), move.actor(), move.reason());
    } catch (RegistryException e) {
      if (e.kind() == RegistryException.Kind.UNAVAILABLE) {
        throw e;
      }
      throw new ModelRefusedException("the registry refuses: " + e.getMessage(), e);
    }
  }

  private static void retireUnlessWarm(Serving now, ServedVersion version) {
    if (now.warm().get(version.version()) != version) {
      version.retire();
    }
  }

  private static ModelChange.Builder changed(ModelChange.Kind kind, String reason) {
    return ModelChange.newBuilder().setKind(kind).setReason(reason);
  }

  /** Best effort: that something was refused matters more than that the ledger says it. */
  private void record(String model, String version, String action, String actor, String reason) {
    RecordRequest request =
        RecordRequest.newBuilder()
            .setModel(model)
            .setVersion(version)
            .setAction(action)
            .setActor(actor)
            .setReason(reason)
            .build();
    try {
      registry.record(request);
    } catch (RegistryException e) {
      LOG.warn(
          "the ledger could not take action={} of model={} version={}", action, model, version, e);
    }
  }

  private static String named(String version) {
    return version.isEmpty() ? "none" : "version " + version;
  }
}
