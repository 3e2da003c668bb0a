package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.proto.learning.v1.ModelChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model's place in the catalog: the reference that a swap changes, and those who watch it.
 * Requests read the reference and take no lock. Whoever changes it holds {@link #change}.
 */
final class ModelSlot {

  private static final Logger LOG = LoggerFactory.getLogger(ModelSlot.class);

  /** Held from the first look at the champion until after the swap; loading happens inside. */
  final ReentrantLock change = new ReentrantLock();

  private final String name;
  private final Object announcements = new Object();
  private final List<Watch> watchers = new ArrayList<>();
  private final Set<String> everServed = ConcurrentHashMap.newKeySet();
  private volatile boolean elsewhere;
  private volatile Serving serving = Serving.NOTHING;
  private volatile Optional<LastSwap> lastSwap = Optional.empty();
  private volatile Optional<FailedLoad> failure = Optional.empty();
  private final AtomicReference<Confirmation> confirmation =
      new AtomicReference<>(Confirmation.NONE);

  /** In which epoch the registry last agreed with what serves, and when it was asked. */
  private record Confirmation(long epoch, long askedNs) {
    static final Confirmation NONE = new Confirmation(-1, 0);
  }

  /** The last version that should have served and could not. */
  record FailedLoad(String version, String reason) {}

  ModelSlot(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Whether what serves comes from elsewhere than the registry, and is changed there alone. Never
   * false while such a version serves.
   */
  boolean isElsewhere() {
    return elsewhere;
  }

  void setElsewhere(boolean isElsewhere) {
    elsewhere = isElsewhere;
  }

  /** Refuses what only the registry's models can do. */
  void requireOfRegistry() throws ModelRefusedException {
    if (elsewhere) {
      throw new ModelRefusedException(
          ("model '%s' is served from the model repository; change it there and load it again. To"
                  + " serve the registry's in its place, unload it first (RepositoryModelUnload at a"
                  + " gateway with gateway.admin), or take its folder away and restart the gateway;"
                  + " or register the version under another name")
              .formatted(name));
    }
  }

  String name() {
    return name;
  }

  Serving serving() {
    return serving;
  }

  Optional<FailedLoad> failure() {
    return failure;
  }

  void swapped(LastSwap swap) {
    lastSwap = Optional.of(swap);
  }

  Optional<LastSwap> lastSwap() {
    return lastSwap;
  }

  boolean everServed(String version) {
    return everServed.contains(version);
  }

  /** Whether anything was ever loaded, or should have been. */
  boolean isKnown() {
    return !everServed.isEmpty() || failure.isPresent();
  }

  /**
   * The registry calls the champion of that epoch the champion.
   *
   * @param askedNs when it was asked, by {@link System#nanoTime}
   */
  void confirmed(long epoch, long askedNs) {
    Confirmation latest = new Confirmation(epoch, askedNs);
    confirmation.accumulateAndGet(
        latest,
        (old, now) ->
            old.epoch() > now.epoch()
                    || (old.epoch() == now.epoch() && old.askedNs() > now.askedNs())
                ? old
                : now);
  }

  /**
   * Whether the registry, asked then or later, agreed with that epoch's champion. A later epoch's
   * agreement counts too: whoever entered the earlier one did so just before the swap.
   */
  boolean isConfirmed(long epoch, long sinceNs) {
    Confirmation last = confirmation.get();
    return last.epoch() >= epoch && last.askedNs() - sinceNs >= 0;
  }

  void failed(String version, String reason) {
    if (!elsewhere) { // what comes from elsewhere serves on, and is no failure
      failure = Optional.of(new FailedLoad(version, reason));
    }
  }

  /**
   * Makes {@code next} what answers, tells the watchers, and retires what is no longer warm.
   *
   * @return how long the change of the reference took, in nanoseconds
   */
  long replace(Serving next, Optional<ModelChange> announcement) {
    requireHeld();
    Serving before = serving;
    everServed.addAll(next.warm().keySet());
    long swapNs;
    synchronized (announcements) {
      long start = System.nanoTime();
      serving = next;
      swapNs = System.nanoTime() - start;
      if (next.epoch() == before.epoch() && !next.champion().equals(before.champion())) {
        confirmation.set(Confirmation.NONE); // it was about another version
      }
      if (next.champion().isPresent()) {
        failure = Optional.empty();
      }
      announcement.ifPresent(this::deliver);
    }
    before.warm().values().stream()
        .filter(old -> next.warm().get(old.version()) != old)
        .forEach(ServedVersion::retire);
    return swapNs;
  }

  /** Tells the watchers; nothing changes. */
  void announce(ModelChange announcement) {
    synchronized (announcements) {
      deliver(announcement);
    }
  }

  void announceRoute(String reason) {
    synchronized (announcements) {
      deliver(current().toBuilder().setKind(ModelChange.Kind.ROUTED).setReason(reason).build());
    }
  }

  /** Delivers CURRENT at once, then every change, in order and one at a time. */
  AutoCloseable watch(Consumer<ModelChange> watcher) {
    Watch watch = new Watch(watcher);
    synchronized (announcements) {
      watcher.accept(current());
      watchers.add(watch);
    }
    return watch;
  }

  /** What answers now, as a change would say it. */
  ModelChange current() {
    Serving now = serving;
    ModelChange.Builder change =
        ModelChange.newBuilder()
            .setKind(ModelChange.Kind.CURRENT)
            .setModel(name)
            .setEpoch(now.epoch())
            .setPreviousVersion(now.previous().orElse(""));
    now.champion()
        .map(ServedVersion::artifact)
        .ifPresent(
            artifact ->
                change
                    .setVersion(artifact.version())
                    .setDigest(artifact.digest())
                    .setFeatureSetId(artifact.featureSetId()));
    return change.build();
  }

  private void deliver(ModelChange announcement) {
    for (Watch watch : List.copyOf(watchers)) {
      try {
        watch.watcher.accept(announcement);
      } catch (RuntimeException e) {
        LOG.warn("a watcher of model={} failed and is dropped", name, e);
        watchers.remove(watch);
      }
    }
  }

  /** One watcher; the same consumer may watch twice. */
  private final class Watch implements AutoCloseable {
    private final Consumer<ModelChange> watcher;

    Watch(Consumer<ModelChange> watcher) {
      this.watcher = Objects.requireNonNull(watcher, "watcher");
    }

    @Override
    public void close() {
      synchronized (announcements) {
        watchers.remove(this);
      }
    }
  }

  private void requireHeld() {
    if (!change.isHeldByCurrentThread()) {
      throw new IllegalStateException("the slot of model=" + name + " is not held");
    }
  }
}
