package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.FallbackReason;
import ai.neo.modelgateway.forward.ForwardStatus;
import java.util.List;
import java.util.Map;

/** Metrics of the servers that are forwarded to. */
final class ForwardMetrics {

  private ForwardMetrics() {}

  static void write(StringBuilder page, List<ForwardStatus> servers) {
    if (servers.isEmpty()) {
      return;
    }
    help(page, "neo_forward_server_up", "gauge", "Whether the server says what it has");
    for (ForwardStatus server : servers) {
      line(
          page, "neo_forward_server_up", "server=\"" + server.server() + "\"", server.up() ? 1 : 0);
    }
    help(page, "neo_forward_in_flight", "gauge", "Requests that the server has not answered");
    for (ForwardStatus server : servers) {
      line(page, "neo_forward_in_flight", "server=\"" + server.server() + "\"", server.inFlight());
    }
    help(page, "neo_forward_circuit_state", "gauge", "0 closed, 1 half-open, 2 open");
    for (ForwardStatus server : servers) {
      for (ForwardStatus.Model model : server.models()) {
        line(page, "neo_forward_circuit_state", labels(server, model), model.circuit());
      }
    }
    help(page, "neo_forward_requests_total", "counter", "Requests sent, by what became of them");
    for (ForwardStatus server : servers) {
      for (ForwardStatus.Model model : server.models()) {
        outcome(page, server, model, "answered", model.answered());
        outcome(page, server, model, "refused", model.refused());
        outcome(page, server, model, "lost", model.lost());
        outcome(page, server, model, "dropped", model.dropped());
      }
    }
    help(
        page, "neo_forward_fallbacks_total", "counter", "Answers by a version loaded here instead");
    for (ForwardStatus server : servers) {
      for (ForwardStatus.Model model : server.models()) {
        for (Map.Entry<FallbackReason, Long> count : model.fallbacks().entrySet()) {
          String label = ",reason=\"" + count.getKey().word() + "\"";
          line(
              page, "neo_forward_fallbacks_total", labels(server, model) + label, count.getValue());
        }
      }
    }
  }

  private static void outcome(
      StringBuilder page,
      ForwardStatus server,
      ForwardStatus.Model model,
      String outcome,
      long count) {
    String label = ",outcome=\"" + outcome + "\"";
    line(page, "neo_forward_requests_total", labels(server, model) + label, count);
  }

  private static String labels(ForwardStatus server, ForwardStatus.Model model) {
    return "server=\""
        + server.server()
        + "\",model=\""
        + MetricsPage.escaped(model.model())
        + "\"";
  }

  private static void line(StringBuilder page, String name, String labels, long value) {
    page.append(name).append('{').append(labels).append("} ").append(value).append('\n');
  }

  private static void help(StringBuilder page, String name, String type, String help) {
    page.append("# HELP ").append(name).append(' ').append(help).append('\n');
    page.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }
}
