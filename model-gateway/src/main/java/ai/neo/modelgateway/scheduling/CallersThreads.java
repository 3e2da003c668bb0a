package ai.neo.modelgateway.scheduling;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what is computed on the callers' own threads, for each model, and lets no more in than may
 * wait for the model elsewhere. Safe for any thread; never blocks.
 */
public final class CallersThreads {

  private final int usual;
  private final ModelLimits limits;
  private final Map<String, Place> places = new ConcurrentHashMap<>();

  /**
   * @param usual requests at once of a model that the limits do not list
   */
  public CallersThreads(int usual, ModelLimits limits) {
    this.usual = usual;
    this.limits = Objects.requireNonNull(limits, "limits");
  }

  /** Where requests of that model are counted. */
  public Place of(String model) {
    Place place = places.get(model);
    return place != null
        ? place
        : places.computeIfAbsent(model, name -> new Place(limits.waiting(name, usual)));
  }

  /** One model's. */
  public static final class Place {
    private final int max;
    private final AtomicInteger inside = new AtomicInteger();

    private Place(int max) {
      this.max = max;
    }

    /** Goes in, unless it is full. Whoever got true must {@link #leave}. */
    public boolean enter() {
      if (inside.incrementAndGet() <= max) {
        return true;
      }
      inside.decrementAndGet();
      return false;
    }

    public void leave() {
      inside.decrementAndGet();
    }
  }
}
