package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions that are loaded, and the champion among them.
 *
 * <p>A swap loads, checks and warms the new version, moves the registry's alias by compare-and-set,
 * and then changes one reference: a request that began on the old version ends on it. The previous
 * champion stays loaded, so that a rollback needs no file. Reads take no lock; changes of one model
 * wait for each other.
 */
public final class ServingCatalog {
  /** The alias of the version that answers by default. */
  public static final String CHAMPION = "champion";

  private static final Logger LOG = LoggerFactory.getLogger(ServingCatalog.class);

  /** Row counts that are tried before a version serves. */
  private static final int[] WARM_ROWS = {1, 2, 4, 8, 16, 32, 64};

  /** How often each is tried: enough for the compiler to have seen it. */
  private static final int WARM_ROUNDS = 20;

  private final VersionRegistry registry;
  private final List<ModelEngine> engines;
  private final Map<String, Slot> slots = new ConcurrentHashMap<>();

  private static final class Slot {
    volatile Serving serving = new Serving(Optional.empty(), Optional.empty(), 0);
    final List<Consumer<ModelChange>> watchers = new CopyOnWriteArrayList<>();
  }

  /** What serves at one moment. */
  private record Serving(
      Optional<ServableModel> champion, Optional<ServableModel> previous, long epoch) {}

  public ServingCatalog(VersionRegistry registry, List<ModelEngine> engines) {
    this.registry = registry;
    this.engines = List.copyOf(engines);
  }

  /** Names of models that have a champion. */
  public Set<String> models() {
    Set<String> names = new TreeSet<>();
    slots.forEach(
        (name, slot) -> {
          if (slot.serving.champion().isPresent()) {
            names.add(name);
          }
        });
    return names;
  }

  /** The version that answers by default. */
  public Optional<ServableModel> champion(String model) {
    Slot slot = slots.get(model);
    return slot == null ? Optional.empty() : slot.serving.champion();
  }

  /** A loaded version: the champion or its predecessor. */
  public Optional<ServableModel> loaded(String model, String version) {
    Slot slot = slots.get(model);
    if (slot == null) {
      return Optional.empty();
    }
    Serving serving = slot.serving;
    return serving
        .champion()
        .filter(one -> one.artifact().version().equals(version))
        .or(() -> serving.previous().filter(one -> one.artifact().version().equals(version)));
  }

  /** How many swaps there were since the process began. */
  public long epoch(String model) {
    Slot slot = slots.get(model);
    return slot == null ? 0 : slot.serving.epoch();
  }

  /** Loads what the registry says serves: at start. */
  public void restore(String model) {
    Slot slot = slot(model);
    synchronized (slot) {
      Optional<ServableModel> champion = registry.champion(model).flatMap(v -> tryLoad(model, v));
      Optional<ServableModel> previous =
          registry.previousChampion(model).flatMap(v -> tryLoad(model, v));
      if (champion.isEmpty() && previous.isPresent()) {
        LOG.error("champion cannot be loaded, its predecessor serves model={}", model);
        champion = previous;
        previous = Optional.empty();
      }
      slot.serving = new Serving(champion, previous, slot.serving.epoch());
    }
  }

  private Optional<ServableModel> tryLoad(String model, String version) {
    try {
      return Optional.of(loadAndWarm(model, version));
    } catch (ModelRefusedException e) {
      LOG.error(
          "version cannot serve model={} version={} reason={}", model, version, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Makes a registered version the champion.
   *
   * @param expectedChampion what the caller believes to be champion; empty for whatever is
   * @throws ModelRefusedException if the version may not serve; nothing has changed then
   */
  public SwapReceipt promote(
      String model, String version, String expectedChampion, String actor, String reason)
      throws ModelRefusedException {
    Slot slot = slot(model);
    synchronized (slot) {
      Serving before = slot.serving;
      String from = before.champion().map(one -> one.artifact().version()).orElse("");
      if (!expectedChampion.isEmpty() && !expectedChampion.equals(from)) {
        throw new ModelRefusedException(
            "the champion is version " + from + ", not " + expectedChampion + " as expected");
      }
      if (from.equals(version)) {
        throw new ModelRefusedException("version " + version + " is the champion already");
      }
      long loadStarted = System.nanoTime();
      ServableModel next;
      try {
        next = load(model, version);
        sameFeatures(before.champion(), next);
      } catch (ModelRefusedException e) {
        refused(model, version, actor, e.getMessage());
        throw e;
      }
      long warmStarted = System.nanoTime();
      warm(next);
      long swapStarted = System.nanoTime();
      move(model, version, from, "promote", actor, reason);
      Serving after = new Serving(Optional.of(next), before.champion(), before.epoch() + 1);
      slot.serving = after;
      long done = System.nanoTime();
      before.previous().ifPresent(ServableModel::close);
      return announced(
          ModelChange.Kind.PROMOTED,
          after,
          reason,
          receipt(model, from, after)
              .setLoadNs(warmStarted - loadStarted)
              .setWarmNs(swapStarted - warmStarted)
              .setSwapNs(done - swapStarted)
              .build());
    }
  }

  /**
   * Makes the previous champion, which is still loaded, the champion again.
   *
   * @throws ModelRefusedException if there is none
   */
  public SwapReceipt rollback(String model, String actor, String reason)
      throws ModelRefusedException {
    Slot slot = slot(model);
    synchronized (slot) {
      Serving before = slot.serving;
      String from = before.champion().map(one -> one.artifact().version()).orElse("");
      long loadStarted = System.nanoTime();
      String to =
          registry
              .previousChampion(model)
              .orElseThrow(
                  () -> new ModelRefusedException("model '" + model + "' has no earlier champion"));
      ServableModel next = loaded(model, to).orElse(null);
      if (next == null) {
        next = loadAndWarm(model, to);
      }
      long swapStarted = System.nanoTime();
      move(model, to, from, "rollback", actor, reason);
      Serving after = new Serving(Optional.of(next), before.champion(), before.epoch() + 1);
      slot.serving = after;
      long done = System.nanoTime();
      return announced(
          ModelChange.Kind.ROLLED_BACK,
          after,
          reason,
          receipt(model, from, after)
              .setLoadNs(swapStarted - loadStarted)
              .setSwapNs(done - swapStarted)
              .build());
    }
  }

  /** Hears the present champion at once, then every change, until closed. */
  public AutoCloseable watch(String model, Consumer<ModelChange> watcher) {
    Slot slot = slot(model);
    synchronized (slot) {
      slot.watchers.add(watcher);
      watcher.accept(change(ModelChange.Kind.CURRENT, model, slot.serving, "").build());
    }
    return () -> slot.watchers.remove(watcher);
  }

  /** Tells the watchers of something that changed no reference: a candidate, a refusal. */
  public void announce(ModelChange change) {
    slot(change.getModel()).watchers.forEach(watcher -> watcher.accept(change));
  }

  private SwapReceipt announced(
      ModelChange.Kind kind, Serving after, String reason, SwapReceipt receipt) {
    LOG.info(
        "model={} {} from={} to={} epoch={} load_ns={} warm_ns={} swap_ns={}",
        receipt.getModel(),
        kind,
        receipt.getFromVersion(),
        receipt.getToVersion(),
        receipt.getEpoch(),
        receipt.getLoadNs(),
        receipt.getWarmNs(),
        receipt.getSwapNs());
    announce(
        change(kind, receipt.getModel(), after, reason)
            .setPreviousVersion(receipt.getFromVersion())
            .build());
    return receipt;
  }

  private static ModelChange.Builder change(
      ModelChange.Kind kind, String model, Serving serving, String reason) {
    ModelChange.Builder change =
        ModelChange.newBuilder()
            .setKind(kind)
            .setModel(model)
            .setEpoch(serving.epoch())
            .setReason(reason);
    serving
        .champion()
        .map(ServableModel::artifact)
        .ifPresent(
            champion ->
                change
                    .setVersion(champion.version())
                    .setDigest(champion.digest())
                    .setFeatureSetId(champion.featureSetId()));
    return change;
  }

  private static SwapReceipt.Builder receipt(String model, String from, Serving after) {
    ModelArtifact to = after.champion().orElseThrow().artifact();
    return SwapReceipt.newBuilder()
        .setModel(model)
        .setFromVersion(from)
        .setToVersion(to.version())
        .setToDigest(to.digest())
        .setEpoch(after.epoch());
  }

  private ServableModel loadAndWarm(String model, String version) throws ModelRefusedException {
    ServableModel loaded = load(model, version);
    warm(loaded);
    return loaded;
  }

  /**
   * Loads a version and has it answer once.
   *
   * @throws ModelRefusedException if it cannot or may not
   */
  public ServableModel load(String model, String version) throws ModelRefusedException {
    ModelArtifact artifact = registry.fetch(model, version);
    for (ModelEngine engine : engines) {
      if (engine.reads(artifact.format())) {
        ServableModel loaded = engine.load(artifact);
        try {
          check(loaded, infer(loaded, 1), 1);
          return loaded;
        } catch (ModelRefusedException e) {
          loaded.close();
          throw e;
        }
      }
    }
    throw new ModelRefusedException(
        "format '"
            + artifact.format()
            + "' is not loaded here, for it may run code or no engine"
            + " reads it; export the model to ONNX");
  }

  private static void warm(ServableModel model) {
    for (int round = 0; round < WARM_ROUNDS; round++) {
      for (int rows : WARM_ROWS) {
        infer(model, rows);
      }
    }
  }

  private static Answer infer(ServableModel model, int rows) {
    return model.infer(new float[rows * model.features()], rows);
  }

  private static void check(ServableModel model, Answer answer, int rows)
      throws ModelRefusedException {
    float[] probabilities = answer.actionProbabilities();
    if (probabilities.length != rows * 3) {
      throw new ModelRefusedException(
          "action_probabilities has "
              + probabilities.length
              + " numbers for "
              + rows
              + " row, expected 3");
    }
    float sum = 0;
    for (float probability : probabilities) {
      if (!(probability >= 0 && probability <= 1)) {
        throw new ModelRefusedException(
            "version " + model.artifact().version() + " answers probability " + probability);
      }
      sum += probability;
    }
    if (Math.abs(sum - rows) > 1e-3) {
      throw new ModelRefusedException("probabilities add up to " + sum + ", expected 1");
    }
  }

  private static void sameFeatures(Optional<ServableModel> champion, ServableModel next)
      throws ModelRefusedException {
    if (champion.isEmpty()) {
      return;
    }
    String expected = champion.get().artifact().featureSetId();
    if (!next.artifact().featureSetId().equals(expected)) {
      throw new ModelRefusedException(
          "version "
              + next.artifact().version()
              + " was made for feature set '"
              + next.artifact().featureSetId()
              + "', the loop computes '"
              + expected
              + "'");
    }
    if (next.features() != champion.get().features()) {
      throw new ModelRefusedException(
          "version "
              + next.artifact().version()
              + " takes "
              + next.features()
              + " features, the loop computes "
              + champion.get().features());
    }
  }

  private void move(
      String model, String version, String from, String action, String actor, String reason) {
    registry.moveAlias(
        MoveAliasRequest.newBuilder()
            .setModel(model)
            .setAlias(CHAMPION)
            .setVersion(version)
            .setExpectedVersion(from)
            .setActor(actor)
            .setReason(reason.isBlank() ? action : reason)
            .setAction(action)
            .build());
  }

  private void refused(String model, String version, String actor, String reason) {
    try {
      registry.record(
          RecordRequest.newBuilder()
              .setModel(model)
              .setVersion(version)
              .setAction("promotion-refused")
              .setActor(actor)
              .setReason(reason)
              .build());
    } catch (io.grpc.StatusRuntimeException e) {
      LOG.warn("refusal is not in the ledger model={} version={}", model, version, e);
    }
  }

  private Slot slot(String model) {
    return slots.computeIfAbsent(model, name -> new Slot());
  }
}
