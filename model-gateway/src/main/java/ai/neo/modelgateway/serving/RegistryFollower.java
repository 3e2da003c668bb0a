package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.LedgerEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a gateway's champions where the registry says they are, whoever moved them and from
 * whatever process: it follows the registry's stream of changes, and when it was away it goes on
 * from the last position that it has seen. What the gateway itself has moved costs it one question.
 * One thread of its own.
 */
public final class RegistryFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryFollower.class);
  private static final Set<String> MOVES =
      Set.of("promote", "rollback", "move", "rename", "delete");
  private static final long PAUSE_MIN_MS = 100;
  private static final long PAUSE_MAX_MS = 5_000;

  private final VersionRegistry registry;
  private final ServingCatalog catalog;
  private final Set<String> models;
  private final RegistryListener listener;
  private final Thread thread;
  private volatile boolean closed;

  /** Whether something was not followed yet, and how far the stream was read. */
  private long position = VersionRegistry.FROM_NOW;

  private boolean behind = true;
  private long pauseMs = PAUSE_MIN_MS;

  private RegistryFollower(
      VersionRegistry registry,
      ServingCatalog catalog,
      Set<String> models,
      RegistryListener listener) {
    this.registry = registry;
    this.catalog = catalog;
    this.models = Set.copyOf(models);
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("registry-follower").unstarted(this::run);
  }

  /**
   * Starts to follow.
   *
   * @param models followed from the start; others once this gateway has served them
   * @param listener told of every model's moves
   */
  public static RegistryFollower start(
      VersionRegistry registry,
      ServingCatalog catalog,
      Set<String> models,
      RegistryListener listener) {
    RegistryFollower follower = new RegistryFollower(registry, catalog, models, listener);
    catalog.registryLink().begin();
    follower.thread.start();
    return follower;
  }

  private void run() {
    while (!closed) {
      try {
        registry.watch(position, this::on);
        lost("it ended the stream of its changes");
      } catch (RegistryException e) {
        if (closed) {
          return;
        }
        lost(e.getMessage());
        if (e.kind() != RegistryException.Kind.UNAVAILABLE) {
          LOG.warn("the registry's changes are read from now on: {}", e.getMessage());
          position = VersionRegistry.FROM_NOW;
          behind = true;
        }
        LOG.debug("the registry's changes ended at position={}", position, e);
      } catch (BehindException e) {
        LOG.info("a change could not be followed yet, and is tried again: {}", e.getMessage());
      }
      pause();
    }
  }

  private void lost(String why) {
    if (!closed) {
      catalog.registryLink().lost(why);
    }
  }

  private void on(Change change) {
    if (closed) {
      throw new RegistryException(RegistryException.Kind.UNAVAILABLE, "the gateway is closing");
    }
    if (!change.hasEntry()) {
      catalog.registryLink().heard();
      listener.answers();
      if (behind) {
        followed().forEach(this::follow);
        behind = false;
      }
    } else if (concerns(change)) {
      LedgerEntry entry = change.getEntry();
      // By its name now, and by the one that its ledger was begun under: it may have been renamed.
      for (String model : new HashSet<>(List.of(change.getModel(), entry.getModel()))) {
        if (!model.isEmpty()) {
          listener.moved(model);
        }
        if (followed().contains(model)) {
          follow(model);
        }
      }
    }
    position = change.getPosition();
    pauseMs = PAUSE_MIN_MS;
  }

  private static boolean concerns(Change change) {
    return MOVES.contains(change.getEntry().getAction());
  }

  private Set<String> followed() {
    Set<String> all = new HashSet<>(models);
    catalog.entries().forEach(entry -> all.add(entry.model()));
    return all;
  }

  private void follow(String model) {
    try {
      catalog.follow(model);
    } catch (ModelRefusedException e) {
      LOG.error("model={} cannot be served as the registry says: {}", model, e.getMessage());
    } catch (RegistryException e) {
      throw new BehindException(e);
    }
  }

  private void pause() {
    try {
      Thread.sleep(pauseMs);
      pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  /** Ends the watch, so that it begins again in front of the change that was not followed. */
  private static final class BehindException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BehindException(RegistryException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
