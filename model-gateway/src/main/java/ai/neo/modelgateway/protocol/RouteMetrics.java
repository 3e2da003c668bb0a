package ai.neo.modelgateway.protocol;

import ai.neo.proto.learning.v1.ArmStatus;
import ai.neo.proto.learning.v1.RouteStatus;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What routes did, on the metrics page. */
final class RouteMetrics {
  private final StringBuilder page;
  private final List<RouteStatus> routes;

  private RouteMetrics(StringBuilder page, List<RouteStatus> routes) {
    this.page = page;
    this.routes = routes;
  }

  static void write(StringBuilder page, List<RouteStatus> routes) {
    if (routes.isEmpty()) {
      return;
    }
    RouteMetrics metrics = new RouteMetrics(page, routes);
    metrics.each("answered_total", "Answers, or of a shadow computations", ArmStatus::getAnswered);
    metrics.each("failures_total", "Not computed: the version failed", ArmStatus::getFailures);
    metrics.each("fallbacks_total", "Answered by the champion", ArmStatus::getFallbacks);
    metrics.each("dropped_total", "Not computed: the shadow was busy", ArmStatus::getDropped);
    metrics.each("pairs", "Outcomes of shadow and champion", ArmStatus::getPairs);
    metrics.each("log_loss", "Of the shadow, over the pairs", s -> s.getShadow().getLogLoss());
    metrics.each("net_return", "Of the shadow, over the pairs", s -> s.getShadow().getNetReturn());
    metrics.each(
        "champion_log_loss", "Of the champion, over the pairs", s -> s.getChampion().getLogLoss());
    metrics.each(
        "champion_net_return",
        "Of the champion, over the pairs",
        s -> s.getChampion().getNetReturn());
  }

  private void each(String what, String help, Function<ArmStatus, Number> value) {
    String name = "neo_route_" + what;
    String type = what.endsWith("_total") ? "counter" : "gauge";
    page.append("# HELP ").append(name).append(' ').append(help).append('\n');
    page.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    for (RouteStatus route : routes) {
      for (ArmStatus arm : route.getArmsList()) {
        page.append(name)
            .append("{model=\"")
            .append(MetricsPage.escaped(route.getRoute().getModel()))
            .append("\",arm=\"")
            .append(arm.getArm().getKind().name().toLowerCase(Locale.ROOT))
            .append("\",version=\"")
            .append(arm.getArm().getVersion())
            .append("\"} ")
            .append(value.apply(arm))
            .append('\n');
      }
    }
  }
}
