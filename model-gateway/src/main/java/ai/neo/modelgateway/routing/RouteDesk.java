package ai.neo.modelgateway.routing;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.Route;
import ai.neo.proto.learning.v1.RouteStatus;
import ai.neo.proto.registry.v1.RecordRequest;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes routes: one change at a time, each with a ledger entry and a file. Safe for any thread;
 * calls block on the registry, on loading and on the disk, unless they say otherwise.
 */
final class RouteDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RouteDesk.class);
  private static final String GATEWAY = "gateway";

  private final ServingCatalog catalog;
  private final VersionRegistry registry;
  private final ActiveRoutes active;
  private final RouteStore store;
  private final ReentrantLock change = new ReentrantLock();
  private final Map<String, Last> last = new ConcurrentHashMap<>();
  private final Map<String, AutoCloseable> watches = new HashMap<>();
  private final ExecutorService background =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("routes").factory());

  /**
   * @param route the last that was set or cleared
   * @param offReason why the gateway itself does not go by it; empty when it does
   */
  private record Last(Route route, String offReason) {}

  RouteDesk(
      ServingCatalog catalog, VersionRegistry registry, ActiveRoutes active, RouteStore store) {
    this.catalog = catalog;
    this.registry = registry;
    this.active = active;
    this.store = store;
  }

  /** Goes on with the routes that were set before this process began, as soon as that can be. */
  void restore() {
    try {
      for (String model : store.models()) {
        store.read(model).ifPresent(this::takeUp);
      }
    } catch (IOException e) {
      LOG.error("routes cannot be read; champions answer everything", e);
    }
  }

  private void takeUp(Route route) {
    last.put(route.getModel(), new Last(route, ""));
    if (route.getArmsCount() > 0) {
      watch(route.getModel()); // tells the champion at once, which activates it
    }
  }

  RouteStatus set(Route wanted, OptionalLong expectedRevision)
      throws ModelRefusedException, IOException {
    Route checked = RouteRules.checked(wanted);
    String model = checked.getModel();
    change.lock();
    try {
      requireRevision(model, expectedRevision);
      Set<String> before = RouteRules.versions(now(model));
      Set<String> both = new HashSet<>(before);
      both.addAll(RouteRules.versions(checked));
      Route route;
      try {
        Map<String, ModelArtifact> held = catalog.hold(model, both);
        route = complete(checked, held);
        record(route, "route");
        store.write(route);
      } catch (ModelRefusedException | RuntimeException | IOException e) {
        catalog.hold(model, active.of(model).isPresent() ? before : Set.of());
        throw e;
      }
      last.put(model, new Last(route, ""));
      active.put(new ActiveRoute(route, catalog, this::trip));
      catalog.hold(model, RouteRules.versions(route));
      watch(model);
      LOG.info(
          "model={} route revision={} is set by {}", model, route.getRevision(), route.getActor());
      catalog.announceRoute(model, "route set: " + route.getReason());
      return status(model, false);
    } finally {
      change.unlock();
    }
  }

  /** The champion answers again when this begins to wait for anything. */
  RouteStatus clear(Route off, OptionalLong expectedRevision)
      throws ModelRefusedException, IOException {
    String model = off.getModel();
    RouteRules.requireName(model);
    if (off.getActor().isBlank() || off.getReason().isBlank()) {
      throw new IllegalArgumentException("actor and reason are needed: the ledger says them");
    }
    if (expectedRevision.isEmpty() || expectedRevision.getAsLong() == now(model).getRevision()) {
      active.remove(model);
    }
    change.lock();
    try {
      requireRevision(model, expectedRevision);
      switchOff(off, "");
      return status(model, false);
    } finally {
      change.unlock();
    }
  }

  /** Does not block. */
  RouteStatus status(String model, boolean outcomes) {
    Last known = last.getOrDefault(model, new Last(none(model), ""));
    return active
        .of(model)
        .map(route -> route.status(outcomes))
        .orElseGet(() -> RouteStatus.newBuilder().setRoute(known.route()).build())
        .toBuilder()
        .setOffReason(known.offReason())
        .build();
  }

  /** What came of a prediction. Does not block. */
  void outcome(LearnRequest request) {
    active.of(request.getModel()).ifPresent(route -> route.outcome(request));
  }

  /** At once for requests; the rest follows on a thread of ours. */
  private void trip(ActiveRoute route, String why) {
    if (active.remove(route)) {
      active.countTrip(route.route().getModel());
    }
    LOG.error("model={} route is off: {}", route.route().getModel(), why);
    later(
        () -> {
          change.lock();
          try {
            Route off = none(route.route().getModel());
            // Only while it is the last word: somebody may have set another one meanwhile.
            if (now(off.getModel()).getRevision() == route.route().getRevision()) {
              switchOff(off.toBuilder().setActor(GATEWAY).setReason(why).build(), why);
            }
          } catch (ModelRefusedException | IOException e) {
            LOG.error(
                "model={} the route is off, which could not be written",
                route.route().getModel(),
                e);
          } finally {
            change.unlock();
          }
        });
  }

  private void switchOff(Route off, String offReason) throws ModelRefusedException, IOException {
    String model = off.getModel();
    Route route =
        none(model).toBuilder()
            .setRevision(now(model).getRevision() + 1)
            .setActor(off.getActor())
            .setReason(off.getReason())
            .build();
    active.remove(model);
    last.put(model, new Last(route, offReason));
    store.write(route);
    try {
      record(route, offReason.isEmpty() ? "route-cleared" : "route-off");
    } catch (RegistryException e) {
      // To go back must be possible whatever is away; the file has the truth.
      LOG.warn("the ledger could not take that the route of model={} is off", model, e);
    }
    catalog.hold(model, Set.of());
    catalog.announceRoute(model, "route off: " + route.getReason());
  }

  private void watch(String model) {
    synchronized (watches) {
      if (!watches.containsKey(model)) {
        watches.put(model, catalog.watch(model, this::championChanged));
      }
    }
  }

  /** After a start, a reload or a swap the arms have to be warm again. Must not block. */
  private void championChanged(ModelChange champion) {
    boolean swapped =
        switch (champion.getKind()) {
          case CURRENT, PROMOTED, ROLLED_BACK -> !champion.getVersion().isEmpty();
          case CANDIDATE, REFUSED, ROUTED, KIND_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    if (swapped) {
      later(() -> holdAgain(champion.getModel()));
    }
  }

  private void holdAgain(String model) {
    change.lock();
    try {
      Route route = now(model);
      boolean off = !last.get(model).offReason().isEmpty();
      if (route.getArmsCount() == 0 || off) {
        return;
      }
      Map<String, ModelArtifact> held = catalog.hold(model, RouteRules.versions(route));
      requireDigests(route, held);
      if (active.of(model).isEmpty()) {
        active.put(new ActiveRoute(route, catalog, this::trip));
        LOG.info("model={} route revision={} is taken up", model, route.getRevision());
        catalog.announceRoute(model, "route taken up: " + route.getReason());
      }
    } catch (ModelRefusedException e) {
      active.remove(model);
      active.countTrip(model);
      last.put(model, new Last(now(model), e.getMessage()));
      LOG.error("model={} route is off: {}", model, e.getMessage());
    } catch (RegistryException e) {
      LOG.warn("model={} route waits for the registry: {}", model, e.getMessage());
    } finally {
      change.unlock();
    }
  }

  private Route complete(Route checked, Map<String, ModelArtifact> held)
      throws ModelRefusedException {
    String model = checked.getModel();
    String champion =
        catalog.champion(model).map(serving -> serving.artifact().version()).orElse("");
    Route.Builder route = checked.toBuilder().setRevision(now(model).getRevision() + 1).clearArms();
    for (Arm arm : checked.getArmsList()) {
      boolean beside = arm.getKind() == Arm.Kind.SHADOW || arm.getKind() == Arm.Kind.CANARY;
      if (beside && arm.getVersion().equals(champion)) {
        throw new ModelRefusedException(
            "version %s is the champion itself; choose another".formatted(champion));
      }
      route.addArms(arm.toBuilder().setDigest(held.get(arm.getVersion()).digest()));
    }
    return route.build();
  }

  private static void requireDigests(Route route, Map<String, ModelArtifact> held)
      throws ModelRefusedException {
    for (Arm arm : route.getArmsList()) {
      String actual = held.get(arm.getVersion()).digest();
      if (!actual.equals(arm.getDigest())) {
        throw new ModelRefusedException(
            "version %s has digest %s, the route is to %s"
                .formatted(arm.getVersion(), actual, arm.getDigest()));
      }
    }
  }

  private void requireRevision(String model, OptionalLong expected) {
    long revision = now(model).getRevision();
    if (expected.isPresent() && expected.getAsLong() != revision) {
      throw new RegistryException(
          RegistryException.Kind.CONFLICT,
          "the route of '%s' has revision %d, not %d as expected; look again and decide anew"
              .formatted(model, revision, expected.getAsLong()));
    }
  }

  private Route now(String model) {
    Last known = last.get(model);
    return known == null ? none(model) : known.route();
  }

  private static Route none(String model) {
    return Route.newBuilder().setModel(model).build();
  }

  private void record(Route route, String action) {
    RecordRequest.Builder request =
        RecordRequest.newBuilder()
            .setModel(route.getModel())
            .setAction(action)
            .setActor(route.getActor())
            .setReason(route.getReason())
            .setEvidenceJson(RouteEvidence.json(route));
    route.getArmsList().stream().findFirst().ifPresent(arm -> request.setVersion(arm.getVersion()));
    registry.record(request.build());
  }

  private void later(Runnable work) {
    try {
      background.execute(work);
    } catch (RejectedExecutionException e) {
      LOG.debug("not done any more: routes are closed", e);
    }
  }

  @Override
  public void close() {
    background.shutdownNow();
    synchronized (watches) {
      for (AutoCloseable watch : watches.values()) {
        try {
          watch.close();
        } catch (Exception e) {
          LOG.warn("a watch could not be ended", e);
        }
      }
      watches.clear();
    }
    last.keySet().forEach(active::remove);
  }
}
