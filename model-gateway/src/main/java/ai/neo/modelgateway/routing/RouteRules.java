package ai.neo.modelgateway.routing;

import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.Route;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a route may say. */
final class RouteRules {
  static final String MODEL_NAME = "[a-z0-9][a-z0-9-]{0,62}";

  private static final String VERSION = "[1-9][0-9]{0,17}";
  private static final int SHADOWS_MAX = 2;
  private static final int FAILURES = 3;
  private static final int FAILURES_MAX = 1_000_000;
  private static final int SALT_MAX = 128;

  /** Shares are typed in decimal: a third and two thirds may add up to a little more than 1. */
  private static final double SLACK = 1e-9;

  private RouteRules() {}

  /**
   * The route with its defaults filled in.
   *
   * @throws IllegalArgumentException with what is wrong and what is expected
   */
  static Route checked(Route route) {
    requireName(route.getModel());
    require(route.getArmsCount() > 0, "a route needs an arm: a shadow, a canary, or A and B");
    require(!route.getActor().isBlank(), "actor is missing: the ledger says who set a route");
    require(!route.getReason().isBlank(), "reason is missing: the ledger says why");
    require(route.getSalt().length() <= SALT_MAX, "salt is longer than %d", SALT_MAX);
    double cost = route.getCostPerTrade();
    require(cost >= 0 && cost < 1, "cost_per_trade must be a fraction from 0 to below 1: %s", cost);
    int failures = route.getFailuresMax();
    require(
        failures >= 0 && failures <= FAILURES_MAX, "failures_max must be 1 to %d", FAILURES_MAX);
    List<Arm> arms = route.getArmsList().stream().map(RouteRules::checked).toList();
    requireTogether(arms);
    return route.toBuilder()
        .clearArms()
        .addAllArms(arms)
        .setFailuresMax(failures == 0 ? FAILURES : failures)
        .build();
  }

  static void requireName(String model) {
    require(
        model.matches(MODEL_NAME),
        "a model's name has 1 to 63 of a-z, 0-9 and -, and does not begin with -, not '%s'",
        model);
  }

  private static Arm checked(Arm arm) {
    boolean known =
        switch (arm.getKind()) {
          case SHADOW, CANARY, A, B -> true;
          case KIND_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    require(known, "an arm is SHADOW, CANARY, A or B");
    String name = arm.getKind().name();
    require(
        arm.getVersion().matches(VERSION),
        "%s needs an exact version, a positive number, not '%s'",
        name,
        arm.getVersion());
    boolean all = arm.getKind() == Arm.Kind.SHADOW && arm.getShare() == 0;
    double share = all ? 1 : arm.getShare();
    require(share > 0 && share <= 1, "%s's share must be above 0 and at most 1: %s", name, share);
    return arm.toBuilder().setShare(share).build();
  }

  private static void requireTogether(List<Arm> arms) {
    List<Arm> answering = new ArrayList<>(arms);
    answering.removeIf(arm -> arm.getKind() == Arm.Kind.SHADOW);
    List<Arm.Kind> kinds = answering.stream().map(Arm::getKind).sorted().toList();
    require(
        kinds.isEmpty()
            || kinds.equals(List.of(Arm.Kind.CANARY))
            || kinds.equals(List.of(Arm.Kind.A, Arm.Kind.B)),
        "a route has one CANARY, or A and B, or neither; not %s",
        kinds);
    require(
        arms.size() - answering.size() <= SHADOWS_MAX,
        "a route has at most %d shadows",
        SHADOWS_MAX);
    double shares = answering.stream().mapToDouble(Arm::getShare).sum();
    require(shares <= 1 + SLACK, "the shares add up to %s, which is more than 1", shares);
    Set<String> versions = arms.stream().map(Arm::getVersion).collect(Collectors.toSet());
    require(versions.size() == arms.size(), "each arm needs a version of its own");
  }

  /** The versions that a route leads to. */
  static Set<String> versions(Route route) {
    Set<String> versions = new HashSet<>();
    route.getArmsList().forEach(arm -> versions.add(arm.getVersion()));
    return versions;
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is in no library that is needed here
  private static void require(boolean holds, String why, Object... of) {
    if (!holds) {
      throw new IllegalArgumentException(why.formatted(of));
    }
  }
}
