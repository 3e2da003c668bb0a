package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.gateway.QualityView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo model quality}. */
@CommandLine.Command(
    name = "quality",
    mixinStandardHelpOptions = true,
    description = {
      "How well a model's answers came true, and whether its inputs drift.",
      "They drift when they are no longer those that it was made for. Also says when it is trained"
          + " anew."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  ./neo model quality", "  ./neo model quality direction --json"})
final class ModelQualityCommand implements Callable<Integer> {
  private static final int SHOWN_FEATURES = 8;

  @CommandLine.Mixin private RegistryDoor door;

  @CommandLine.Mixin private NamedModel model;

  @CommandLine.Option(names = "--json", description = "All features, on one line.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    String name = model.name();
    JsonObject quality = door.withGateway(channel -> new QualityView(channel, name).json());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(quality.encode());
    } else {
      print(out, quality);
      out.flush();
    }
    return 0;
  }

  private static void print(PrintWriter out, JsonObject quality) {
    out.printf(
        Locale.ROOT,
        "%s, champion v%s, %d outcomes%n",
        quality.getString("model"),
        quality.getString("champion_version"),
        quality.getLong("outcomes"));
    versions(out, quality.getJsonArray("versions"));
    inputs(out, quality);
    out.printf(
        Locale.ROOT,
        "loss        %.2f of its threshold; %d alarms%n",
        quality.getDouble("loss_statistic"),
        quality.getLong("loss_alarms"));
    JsonObject alarm = quality.getJsonObject("last_alarm");
    out.printf(
        Locale.ROOT,
        "last alarm  %s%n",
        alarm == null
            ? "none yet; a false one is to be expected every "
                + quality.getString("false_alarm_every")
            : alarm.getString("at") + "  " + alarm.getString("reason"));
    retrain(out, quality.getJsonObject("retrain"));
  }

  private static void versions(PrintWriter out, JsonArray versions) {
    if (!versions.isEmpty()) {
      out.printf(Locale.ROOT, "%nversion     outcomes   Brier     ECE  log loss%n");
    }
    for (Object each : versions) {
      JsonObject version = (JsonObject) each;
      out.printf(
          Locale.ROOT,
          "v%-10s %8d  %6.4f  %6.4f    %6.4f%n",
          version.getString("version"),
          version.getLong("outcomes"),
          version.getDouble("brier"),
          version.getDouble("calibration_error"),
          version.getDouble("log_loss"));
    }
  }

  private static void inputs(PrintWriter out, JsonObject quality) {
    String reference = quality.getString("reference");
    out.printf(
        Locale.ROOT,
        "%ninputs      %s%n",
        reference.isEmpty()
            ? "the served rows that they will be compared with are still gathered"
            : "windows of %d against %s; %d checked, %d alarms"
                .formatted(
                    quality.getLong("window"),
                    reference,
                    quality.getLong("checks"),
                    quality.getLong("input_alarms")));
    JsonArray features = quality.getJsonArray("features");
    if (features.isEmpty()) {
      return;
    }
    double significance = quality.getDouble("significance");
    out.printf(
        Locale.ROOT,
        "%-28s     PSI      KS        p  (alarm below %.2g)%n",
        "feature",
        significance);
    for (int i = 0; i < Math.min(SHOWN_FEATURES, features.size()); i++) {
      JsonObject feature = features.getJsonObject(i);
      out.printf(
          Locale.ROOT,
          "%-28s %7.4f  %6.4f  %7.2g%s%n",
          feature.getString("name"),
          feature.getDouble("psi"),
          feature.getDouble("ks"),
          feature.getDouble("p_value"),
          feature.getDouble("p_value") < significance ? "  alarm" : "");
    }
  }

  private static void retrain(PrintWriter out, JsonObject retrain) {
    String next = retrain.getString("next_at");
    boolean onDrift = retrain.getBoolean("on_drift");
    String when =
        (onDrift ? "at the next alarm" : "")
            + (onDrift && next != null ? ", or " : "")
            + (next == null ? "" : "at " + next);
    out.printf(
        Locale.ROOT,
        "training    %s; %d begun, %d promoted, %d not possible here%n",
        when.isEmpty() ? "by nothing but ./neo model train" : when,
        retrain.getLong("started"),
        retrain.getLong("promoted"),
        retrain.getLong("wanted"));
    if (!retrain.getString("last_reason").isEmpty()) {
      out.printf(Locale.ROOT, "  the last  %s%n", retrain.getString("last_reason"));
      out.printf(Locale.ROOT, "            %s%n", retrain.getString("last_result"));
    }
  }
}
