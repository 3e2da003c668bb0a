package ai.neo.modelgateway.repository;

import ai.neo.modelgateway.serving.RegistryException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names about which the registry has to be asked, off the threads that say so, and again until it
 * answers. One thread of its own.
 */
final class DueNames implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DueNames.class);
  private static final long PAUSE_MIN_MS = 100;
  private static final long PAUSE_MAX_MS = 5_000;

  private final Set<String> due = new LinkedHashSet<>();
  private final Consumer<String> settle;
  private final Thread thread;

  /**
   * @param settle may block; a {@link RegistryException} makes the name due again
   */
  DueNames(Consumer<String> settle) {
    this.settle = settle;
    this.thread = Thread.ofVirtual().name("model-repository").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Does not block. */
  synchronized void add(Collection<String> models) {
    due.addAll(models);
    notifyAll();
  }

  private void run() {
    long pauseMs = PAUSE_MIN_MS;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        String model = next();
        try {
          settle.accept(model);
          pauseMs = PAUSE_MIN_MS;
        } catch (RegistryException e) {
          LOG.debug("model={} cannot be settled yet", model, e);
          add(Set.of(model));
          Thread.sleep(pauseMs);
          pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs);
        } catch (RuntimeException e) {
          LOG.error("model={} of the model repository stays as it is", model, e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private synchronized String next() throws InterruptedException {
    while (due.isEmpty()) {
      wait();
    }
    String model = due.iterator().next();
    due.remove(model);
    return model;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
