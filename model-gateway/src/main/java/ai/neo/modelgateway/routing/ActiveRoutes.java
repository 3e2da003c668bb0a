package ai.neo.modelgateway.routing;

import ai.neo.proto.learning.v1.RouteStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The routes that requests go by now. Who looks takes no lock. Safe for any thread. */
public final class ActiveRoutes {
  private final Map<String, Long> trips = new TreeMap<>();
  private volatile Map<String, ActiveRoute> routes = Map.of();

  /** The route of a model; empty: its champion answers everything. */
  public Optional<ActiveRoute> of(String model) {
    return Optional.ofNullable(routes.get(model));
  }

  /** What came of each so far. */
  public List<RouteStatus> statuses() {
    return routes.values().stream()
        .map(route -> route.status(false))
        .sorted((a, b) -> a.getRoute().getModel().compareTo(b.getRoute().getModel()))
        .toList();
  }

  /** How often the gateway itself switched a model's route off since it started, by model. */
  public synchronized Map<String, Long> trips() {
    return new TreeMap<>(trips);
  }

  /** The gateway itself does not go by a model's route any more. */
  synchronized void countTrip(String model) {
    trips.merge(model, 1L, Long::sum);
  }

  /** Goes by it from now on, and not by the one before, whose shadows end. */
  synchronized void put(ActiveRoute route) {
    Map<String, ActiveRoute> next = new HashMap<>(routes);
    Optional<ActiveRoute> before = Optional.ofNullable(next.put(route.route().getModel(), route));
    routes = Map.copyOf(next);
    before.ifPresent(ActiveRoute::close);
  }

  /** Goes by none from now on; false when there was none. */
  synchronized boolean remove(String model) {
    Map<String, ActiveRoute> next = new HashMap<>(routes);
    Optional<ActiveRoute> before = Optional.ofNullable(next.remove(model));
    routes = Map.copyOf(next);
    before.ifPresent(ActiveRoute::close);
    return before.isPresent();
  }

  /** The same, if it is still that one. */
  synchronized boolean remove(ActiveRoute route) {
    String model = route.route().getModel();
    return routes.get(model) == route && remove(model);
  }
}
