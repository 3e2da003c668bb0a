package ai.neo.modelgateway.protocol;

import ai.neo.proto.learning.v1.FeatureDrift;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.QualityStatus;
import ai.neo.proto.learning.v1.VersionQuality;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Quality and drift of the models that learn, in Prometheus's text format. */
final class QualityMetrics {
  private QualityMetrics() {}

  static void write(StringBuilder page, List<LearnerStatus> learners) {
    feature(page, learners, "neo_drift_psi", "Population stability index", FeatureDrift::getPsi);
    feature(page, learners, "neo_drift_ks", "Kolmogorov-Smirnov distance", FeatureDrift::getKs);
    feature(
        page,
        learners,
        "neo_drift_p_value",
        "Of the Kolmogorov-Smirnov distance",
        FeatureDrift::getPValue);
    model(
        page,
        learners,
        "neo_drift_significance",
        "A p-value below it is an alarm",
        QualityStatus::getSignificance);
    model(page, learners, "neo_drift_checks", "Since the champion", QualityStatus::getChecks);
    model(
        page,
        learners,
        "neo_drift_input_alarms_total",
        "Alarms for inputs",
        QualityStatus::getInputAlarms);
    model(
        page,
        learners,
        "neo_drift_loss_alarms_total",
        "Alarms for the champion's loss",
        QualityStatus::getLossAlarms);
    model(
        page,
        learners,
        "neo_drift_loss_statistic",
        "Page-Hinkley in thresholds; 1 is an alarm",
        QualityStatus::getLossStatistic);
    version(page, learners, "neo_quality_brier", "Brier score, 0 to 2", VersionQuality::getBrier);
    version(
        page,
        learners,
        "neo_quality_calibration_error",
        "Expected calibration error, 0 to 1",
        VersionQuality::getCalibrationError);
    version(page, learners, "neo_quality_log_loss", "Log loss in nats", VersionQuality::getLogLoss);
    version(
        page,
        learners,
        "neo_quality_outcomes",
        "Matured outcomes in the window",
        VersionQuality::getOutcomes);
    model(
        page,
        learners,
        "neo_quality_retrainings_total",
        "Trainings that drift, age or schedule began",
        status -> status.getRetrain().getStarted());
    model(
        page,
        learners,
        "neo_quality_retrainings_wanted_total",
        "Trainings that were due and not possible here",
        status -> status.getRetrain().getWanted());
  }

  private static void model(
      StringBuilder page,
      List<LearnerStatus> learners,
      String name,
      String help,
      Function<QualityStatus, Number> value) {
    help(page, name, help);
    for (LearnerStatus learner : learners) {
      line(page, name, model(learner), value.apply(learner.getQuality()));
    }
  }

  private static void feature(
      StringBuilder page,
      List<LearnerStatus> learners,
      String name,
      String help,
      ToDoubleFunction<FeatureDrift> value) {
    help(page, name, help);
    for (LearnerStatus learner : learners) {
      QualityStatus quality = learner.getQuality();
      String labels = model(learner) + version(quality.getChampionVersion());
      for (FeatureDrift feature : quality.getFeaturesList()) {
        line(
            page,
            name,
            labels + ",feature=\"" + MetricsPage.escaped(feature.getName()) + '"',
            value.applyAsDouble(feature));
      }
    }
  }

  private static void version(
      StringBuilder page,
      List<LearnerStatus> learners,
      String name,
      String help,
      Function<VersionQuality, Number> value) {
    help(page, name, help);
    for (LearnerStatus learner : learners) {
      for (VersionQuality version : learner.getQuality().getVersionsList()) {
        line(page, name, model(learner) + version(version.getVersion()), value.apply(version));
      }
    }
  }

  private static String model(LearnerStatus learner) {
    return "model=\"" + MetricsPage.escaped(learner.getModel()) + '"';
  }

  private static String version(String version) {
    return ",version=\"" + MetricsPage.escaped(version) + '"';
  }

  private static void help(StringBuilder page, String name, String help) {
    String type = name.endsWith("_total") ? "counter" : "gauge";
    page.append("# HELP ").append(name).append(' ').append(help).append('\n');
    page.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void line(StringBuilder page, String name, String labels, Number value) {
    page.append(name).append('{').append(labels).append("} ").append(value).append('\n');
  }
}
