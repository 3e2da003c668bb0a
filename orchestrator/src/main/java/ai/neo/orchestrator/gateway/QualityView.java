package ai.neo.orchestrator.gateway;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.proto.learning.v1.FeatureDrift;
import ai.neo.proto.learning.v1.GetLearnerStatusRequest;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.QualityAlarm;
import ai.neo.proto.learning.v1.QualityStatus;
import ai.neo.proto.learning.v1.RetrainStatus;
import ai.neo.proto.learning.v1.VersionQuality;
import io.grpc.Channel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A model's quality as the gateway has it, with the features' names where they are known. */
public final class QualityView {
  private static final long SECONDS = 20;
  private static final long SECOND_NS = 1_000_000_000L;

  private final Channel channel;
  private final String model;

  public QualityView(Channel channel, String model) {
    this.channel = channel;
    this.model = model;
  }

  /** All of it; times are of the data. */
  public JsonObject json() {
    QualityStatus status =
        LearningServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .getLearnerStatus(GetLearnerStatusRequest.newBuilder().setModel(model).build())
            .getQuality();
    return json(model, status);
  }

  static JsonObject json(String model, QualityStatus status) {
    JsonArray versions = new JsonArray();
    status.getVersionsList().stream().map(QualityView::version).forEach(versions::add);
    JsonArray features = new JsonArray();
    List<String> names = names(status);
    status.getFeaturesList().stream()
        .sorted(Comparator.comparingDouble(FeatureDrift::getPValue))
        .map(feature -> feature(feature, names))
        .forEach(features::add);
    return new JsonObject()
        .put("model", model)
        .put("champion_version", status.getChampionVersion())
        .put("outcomes", status.getOutcomes())
        .put("window", status.getWindow())
        .put("versions", versions)
        .put("reference", status.getReference())
        .put("checks", status.getChecks())
        .put("checked_at", time(status.getCheckedTimeNs()))
        .put("significance", status.getSignificance())
        .put("features", features)
        .put("loss_statistic", status.getLossStatistic())
        .put("false_alarm_every", status.getFalseAlarmEvery())
        .put("input_alarms", status.getInputAlarms())
        .put("loss_alarms", status.getLossAlarms())
        .put("last_alarm", status.hasLastAlarm() ? alarm(status.getLastAlarm()) : null)
        .put("retrain", retrain(status.getRetrain()));
  }

  private static JsonObject version(VersionQuality version) {
    return new JsonObject()
        .put("version", version.getVersion())
        .put("outcomes", version.getOutcomes())
        .put("brier", version.getBrier())
        .put("calibration_error", version.getCalibrationError())
        .put("log_loss", version.getLogLoss());
  }

  private static JsonObject feature(FeatureDrift feature, List<String> names) {
    int index = feature.getIndex();
    return new JsonObject()
        .put("index", index)
        // A gateway that was started elsewhere may not have been told of the set.
        .put("name", index < names.size() ? names.get(index) : named(feature))
        .put("psi", feature.getPsi())
        .put("ks", feature.getKs())
        .put("p_value", feature.getPValue());
  }

  private static String named(FeatureDrift feature) {
    return feature.getName().isEmpty() ? "feature " + feature.getIndex() : feature.getName();
  }

  private static JsonObject alarm(QualityAlarm alarm) {
    return new JsonObject()
        .put("kind", alarm.getKind())
        .put("version", alarm.getVersion())
        .put("reason", alarm.getReason())
        .put("at", time(alarm.getTimeNs()));
  }

  private static JsonObject retrain(RetrainStatus retrain) {
    return new JsonObject()
        .put("on_drift", retrain.getOnDrift())
        .put("max_age_seconds", retrain.getMaxAgeNs() / SECOND_NS)
        .put("every_seconds", retrain.getEveryNs() / SECOND_NS)
        .put("next_at", time(retrain.getNextTimeNs()))
        .put("running", retrain.getRunning())
        .put("started", retrain.getStarted())
        .put("wanted", retrain.getWanted())
        .put("promoted", retrain.getPromoted())
        .put("last_reason", retrain.getLastReason())
        .put("last_result", retrain.getLastResult());
  }

  private static List<String> names(QualityStatus status) {
    FeatureSetDefinition bundled = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    return bundled.id().equals(status.getFeatureSetId()) ? bundled.names() : List.of();
  }

  private static String time(long ns) {
    return ns == 0 ? null : Instant.ofEpochSecond(0, ns).toString();
  }
}
