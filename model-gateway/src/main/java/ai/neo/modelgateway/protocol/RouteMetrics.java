package ai.neo.modelgateway.protocol;

import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.ArmStatus;
import ai.neo.proto.learning.v1.RouteStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What routes did, on the metrics page. Counts that an arm cannot have are left out, and so are
 * means over nothing: a 0 there would read as the best loss there is.
 */
final class RouteMetrics {
  private static final String CHAMPION = "champion";

  private final StringBuilder page;
  private final List<Row> rows = new ArrayList<>();

  /** One arm of a route, or the champion beside it, whose version is not the route's to say. */
  private record Row(String model, String arm, String version, ArmStatus status) {
    boolean isShadow() {
      return status.getArm().getKind() == Arm.Kind.SHADOW;
    }

    boolean isChampion() {
      return arm.equals(CHAMPION);
    }
  }

  private RouteMetrics(StringBuilder page) {
    this.page = page;
  }

  /**
   * Writes what there is; nothing before the first route.
   *
   * @param trips how often the gateway itself switched off the route of a model
   */
  static void write(StringBuilder page, List<RouteStatus> routes, Map<String, Long> trips) {
    trips(page, trips);
    if (routes.isEmpty()) {
      return;
    }
    RouteMetrics metrics = new RouteMetrics(page);
    routes.forEach(metrics::take);
    metrics.counts();
    metrics.outcomes();
    metrics.pairs();
  }

  private static void trips(StringBuilder page, Map<String, Long> trips) {
    if (trips.isEmpty()) {
      return;
    }
    String name = "neo_route_trips_total";
    help(page, name, "Routes that the gateway itself switched off");
    trips.forEach(
        (model, count) ->
            page.append(name)
                .append("{model=\"")
                .append(MetricsPage.escaped(model))
                .append("\"} ")
                .append(count)
                .append('\n'));
  }

  private void take(RouteStatus route) {
    String model = route.getRoute().getModel();
    for (ArmStatus arm : route.getArmsList()) {
      String kind = arm.getArm().getKind().name().toLowerCase(Locale.ROOT);
      rows.add(new Row(model, kind, arm.getArm().getVersion(), arm));
    }
    rows.add(new Row(model, CHAMPION, "", route.getChampion()));
  }

  private void counts() {
    each("answered_total", "Answers, or of a shadow computations", r -> true, s -> s.getAnswered());
    each(
        "failures_total",
        "Not computed: the version failed",
        row -> !row.isChampion(),
        ArmStatus::getFailures);
    each(
        "fallbacks_total",
        "Answered by the champion",
        row -> !row.isChampion() && !row.isShadow(),
        ArmStatus::getFallbacks);
    each(
        "dropped_total", "Not computed: the shadow was busy", Row::isShadow, ArmStatus::getDropped);
  }

  private void outcomes() {
    Predicate<Row> told = row -> !row.isShadow() && row.status().getScored() > 0;
    each("scored", "Outcomes of its own answers", row -> !row.isShadow(), ArmStatus::getScored);
    each("outcome_log_loss", "Over them", told, s -> s.getOutcomes().getLogLoss());
    each("outcome_net_return", "Over them", told, s -> s.getOutcomes().getNetReturn());
  }

  private void pairs() {
    Predicate<Row> paired = row -> row.isShadow() && row.status().getPairs() > 0;
    each("pairs", "Outcomes of shadow and champion", Row::isShadow, ArmStatus::getPairs);
    each("log_loss", "Of the shadow, over the pairs", paired, s -> s.getShadow().getLogLoss());
    each("net_return", "Of the shadow, over the pairs", paired, s -> s.getShadow().getNetReturn());
    each(
        "champion_log_loss",
        "Of the champion, over the pairs",
        paired,
        s -> s.getChampion().getLogLoss());
    each(
        "champion_net_return",
        "Of the champion, over the pairs",
        paired,
        s -> s.getChampion().getNetReturn());
  }

  private void each(
      String what, String help, Predicate<Row> wanted, Function<ArmStatus, Number> value) {
    String name = "neo_route_" + what;
    List<Row> told = rows.stream().filter(wanted).toList();
    if (told.isEmpty()) {
      return;
    }
    help(page, name, help);
    for (Row row : told) {
      page.append(name)
          .append("{model=\"")
          .append(MetricsPage.escaped(row.model()))
          .append("\",arm=\"")
          .append(row.arm())
          .append("\",version=\"")
          .append(row.version())
          .append("\"} ")
          .append(value.apply(row.status()))
          .append('\n');
    }
  }

  private static void help(StringBuilder page, String name, String help) {
    String type = name.endsWith("_total") ? "counter" : "gauge";
    page.append("# HELP ").append(name).append(' ').append(help).append('\n');
    page.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }
}
