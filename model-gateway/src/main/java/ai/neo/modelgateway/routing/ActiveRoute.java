package ai.neo.modelgateway.routing;

import ai.neo.modelgateway.network.Outcome;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.ArmStatus;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.Route;
import ai.neo.proto.learning.v1.RouteStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * A route that requests go by. Immutable but for what it counts; safe for any thread, and nothing
 * here waits.
 */
public final class ActiveRoute implements AutoCloseable {
  private static final int ACTIONS = 3;
  private static final int IDS_KEPT = 20_000;

  private final Route route;
  private final List<AnsweringArm> answering;
  private final List<Shadow> shadows;
  private final BiConsumer<ActiveRoute, String> trip;
  private final AtomicBoolean tripped = new AtomicBoolean();
  private final LongAdder byChampion = new LongAdder();
  private final OutcomeMeans championOutcomes = new OutcomeMeans();
  private final Map<String, Boolean> scored = new ScoredIds();

  private static final class ScoredIds extends LinkedHashMap<String, Boolean> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > IDS_KEPT;
    }
  }

  /**
   * Starts its shadows.
   *
   * @param route checked, with digests
   * @param trip told once, when an arm has failed too often, on the thread that saw it; must not
   *     block
   */
  ActiveRoute(Route route, ServingCatalog catalog, BiConsumer<ActiveRoute, String> trip) {
    this.route = route;
    this.trip = trip;
    List<AnsweringArm> arms = new ArrayList<>();
    List<Shadow> behind = new ArrayList<>();
    double from = 0;
    for (Arm arm : route.getArmsList()) {
      if (arm.getKind() == Arm.Kind.SHADOW) {
        behind.add(new Shadow(route.getModel(), arm, catalog, route.getCostPerTrade()));
      } else {
        arms.add(new AnsweringArm(arm, from, from + arm.getShare()));
        from += arm.getShare();
      }
    }
    this.answering = List.copyOf(arms);
    this.shadows = List.copyOf(behind);
  }

  Route route() {
    return route;
  }

  /** Where a key falls: a fraction from 0 to below 1, always the same for one key. */
  public double place(String key) {
    return Placement.of(route.getModel(), route.getSalt(), key);
  }

  /** Who answers what falls there; empty: the champion. */
  public Optional<AnsweringArm> arm(double place) {
    for (AnsweringArm arm : answering) {
      if (arm.has(place)) {
        return Optional.of(arm);
      }
    }
    return Optional.empty();
  }

  /** The champion has answered, and its caller has the answer. */
  public void answeredByChampion(double place, ShadowWork work) {
    byChampion.increment();
    for (Shadow shadow : shadows) {
      if (shadow.has(place)) {
        shadow.offer(work);
      }
    }
  }

  /** An arm could not answer; after a few times the route goes off. */
  public void failed(AnsweringArm arm, String why) {
    if (arm.failed() >= route.getFailuresMax() && tripped.compareAndSet(false, true)) {
      trip.accept(
          this,
          "%s version %s failed %d times, last: %s"
              .formatted(arm.label(), arm.version(), route.getFailuresMax(), why));
    }
  }

  /** What came of a prediction. */
  void outcome(LearnRequest request) {
    int label = request.getLabel();
    // A reward tells of the action that was taken alone, and nothing of another's.
    if (request.hasReward()
        || label < 0
        || label >= ACTIONS
        || !Float.isFinite(request.getForwardReturn())) {
      return;
    }
    Outcome outcome = new Outcome(label, request.getForwardReturn());
    shadows.forEach(shadow -> shadow.outcome(request.getPredictionId(), outcome));
    if (request.getActionProbabilitiesCount() == ACTIONS && isFirst(request.getPredictionId())) {
      float[] probabilities = new float[ACTIONS];
      IntStream.range(0, ACTIONS)
          .forEach(i -> probabilities[i] = request.getActionProbabilities(i));
      means(request.getModelVersion())
          .add(OutcomeMeans.Worth.of(probabilities, outcome, route.getCostPerTrade()));
    }
  }

  private boolean isFirst(String predictionId) {
    synchronized (scored) {
      return scored.put(predictionId, true) == null;
    }
  }

  private OutcomeMeans means(String version) {
    return answering.stream()
        .filter(arm -> arm.version().equals(version))
        .map(AnsweringArm::outcomes)
        .findFirst()
        .orElse(championOutcomes);
  }

  /**
   * @param outcomes with every pair that was kept
   */
  RouteStatus status(boolean outcomes) {
    RouteStatus.Builder status = RouteStatus.newBuilder().setRoute(route);
    answering.forEach(arm -> status.addArms(arm.status()));
    shadows.forEach(shadow -> status.addArms(shadow.status(outcomes)));
    ArmStatus.Builder champion = ArmStatus.newBuilder().setAnswered(byChampion.sum());
    return status.setChampion(championOutcomes.on(champion)).build();
  }

  /** Ends the shadows without waiting for them. */
  @Override
  public void close() {
    shadows.forEach(Shadow::close);
  }
}
