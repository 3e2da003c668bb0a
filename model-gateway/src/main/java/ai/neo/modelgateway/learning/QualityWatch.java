package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.quality.InputReference;
import ai.neo.modelgateway.quality.QualityMonitor;
import ai.neo.modelgateway.quality.QualitySettings;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.proto.learning.v1.FeatureDrift;
import ai.neo.proto.learning.v1.FootingTaken;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearningRecord;
import ai.neo.proto.learning.v1.QualityAlarm;
import ai.neo.proto.learning.v1.QualityStatus;
import ai.neo.proto.learning.v1.VersionQuality;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watch over one model's quality beside its learner: brings its monitor back from the journal,
 * writes to the ledger, and says when a training is due. Nothing that the learner learns depends on
 * it. One thread, that of the learner.
 */
final class QualityWatch {
  /** Read again at a start: a fifth of a second, and more than any window holds. */
  private static final long RECORDS_READ_AGAIN = 20_000;

  /** Outcomes between two readings for metrics. */
  private static final int PUBLISH_EVERY = 64;

  /** An entry in the ledger is at least so many windows after the one before it. */
  private static final int ENTRY_WINDOWS = 4;

  /** Without an alarm there is one after so many. */
  private static final int REPORT_WINDOWS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(QualityWatch.class);

  private final String model;
  private final QualitySettings settings;
  private final ModelDesk desk;
  private final References references;
  private final QualityMonitor monitor;
  private Optional<QualityAlarm> unreported = Optional.empty();
  private long sinceEntry = Long.MAX_VALUE / 2; // the first alarm is entered at once
  private long sinceReport;
  private long outcomes;
  private QualityStatus latest;

  /**
   * @param directory the learner's; empty: nothing is kept
   */
  QualityWatch(String model, QualitySettings settings, ModelDesk desk, Optional<Path> directory) {
    this.model = model;
    this.settings = settings;
    this.desk = desk;
    this.references = new References(directory);
    this.monitor = new QualityMonitor(settings);
    this.latest = monitor.status();
  }

  /** Takes the newest records of a journal in, without acting on them. */
  void restore(Path directory, long last, LearnerState state) throws IOException {
    if (state.footing().getChampionVersion().isEmpty()) {
      return;
    }
    champion(state.footing(), state);
    long first = Math.max(LearningJournal.firstSequence(directory), last - RECORDS_READ_AGAIN + 1);
    if (first <= last) {
      LearningJournal.read(directory, first, last, (_, record) -> again(record, state));
    }
    champion(state.footing(), state);
    latest = monitor.status();
  }

  private void again(LearningRecord record, LearnerState state) {
    if (record.hasFooting()) {
      champion(record.getFooting(), state);
    } else if (record.hasFeedback()) {
      count(monitor.take(record.getFeedback()).alarm());
      if (entryDue()) {
        entered();
      }
    }
  }

  /** The learner stands somewhere else. */
  void champion(FootingTaken footing, LearnerState state) {
    Optional<DirectionNetwork> base = state.copy().map(LearningCopy::base);
    monitor.champion(
        new QualityMonitor.Champion(
            footing.getChampionVersion(),
            footing.getChampionDigest(),
            base.map(on -> on.provenance().featureSetId()).orElse(""),
            base.map(on -> on.shape().vector()).orElse(0)),
        references.of(footing.getChampionDigest()));
    latest = monitor.status();
  }

  /** The inputs that a version was trained on. */
  void trained(String digest, InputReference reference) {
    references.put(digest, reference);
  }

  /** Rows in one comparison of inputs. */
  int window() {
    return settings.window();
  }

  /** Takes an accepted outcome in; why a training is due after it. */
  Optional<String> take(LearnRequest outcome) {
    QualityMonitor.Taken taken = monitor.take(outcome);
    taken.alarm().ifPresent(alarm -> LOG.warn("model={} {}", model, alarm.getReason()));
    count(taken.alarm());
    if (outcomes % PUBLISH_EVERY == 0 || taken.alarm().isPresent() || taken.due().isPresent()) {
      latest = monitor.status();
    }
    if (entryDue()) {
      enter();
    }
    return taken.due();
  }

  /** Outcomes that were taken in since this watch began, those of the journal included. */
  long outcomes() {
    return outcomes;
  }

  /** A few outcomes old at most. */
  QualityStatus status() {
    return latest;
  }

  private void count(Optional<QualityAlarm> alarm) {
    outcomes++;
    sinceEntry++;
    sinceReport++;
    unreported = alarm.or(() -> unreported);
  }

  private boolean entryDue() {
    return (unreported.isPresent() && sinceEntry >= (long) ENTRY_WINDOWS * settings.window())
        || sinceReport >= (long) REPORT_WINDOWS * settings.window();
  }

  private void entered() {
    unreported = Optional.empty();
    sinceEntry = 0;
    sinceReport = 0;
  }

  private void enter() {
    String reason =
        unreported
            .map(alarm -> "alarm: " + alarm.getReason())
            .orElse("no alarm in " + sinceReport + " outcomes");
    String action = unreported.isPresent() ? "quality-alarm" : "quality";
    entered();
    latest = monitor.status();
    record(action, reason);
  }

  /** Writes to the ledger what is known of the champion; that it could not is only logged. */
  void record(String action, String reason) {
    try {
      desk.record(latest.getChampionVersion(), action, Learner.ACTOR, reason, evidence(latest));
    } catch (RegistryException e) {
      LOG.warn("model={} not in the ledger: {}: {}", model, action, reason, e);
    }
  }

  private static String evidence(QualityStatus status) {
    String versions =
        status.getVersionsList().stream()
            .map(QualityWatch::evidence)
            .collect(Collectors.joining(","));
    String worst =
        status.getFeaturesList().stream()
            .sorted(Comparator.comparingDouble(FeatureDrift::getPValue))
            .limit(5)
            .map(
                f ->
                    String.format(
                        Locale.ROOT,
                        "{\"feature\":%d,\"name\":%s,\"psi\":%.6g,\"ks\":%.6g,\"p\":%.6g}",
                        f.getIndex(),
                        quoted(f.getName()),
                        f.getPsi(),
                        f.getKs(),
                        f.getPValue()))
            .collect(Collectors.joining(","));
    return String.format(
        Locale.ROOT,
        "{\"outcomes\":%d,\"checks\":%d,\"significance\":%.6g,\"input_alarms\":%d,"
            + "\"loss_alarms\":%d,\"loss_statistic\":%.6g,\"versions\":[%s],\"features\":[%s]}",
        status.getOutcomes(),
        status.getChecks(),
        status.getSignificance(),
        status.getInputAlarms(),
        status.getLossAlarms(),
        status.getLossStatistic(),
        versions,
        worst);
  }

  private static String evidence(VersionQuality version) {
    return String.format(
        Locale.ROOT,
        "{\"version\":%s,\"outcomes\":%d,\"brier\":%.6g,\"calibration_error\":%.6g,"
            + "\"log_loss\":%.6g}",
        quoted(version.getVersion()),
        version.getOutcomes(),
        version.getBrier(),
        version.getCalibrationError(),
        version.getLogLoss());
  }

  /** Versions are what callers say they are. */
  private static String quoted(String text) {
    return "\"" + text.replaceAll("[^A-Za-z0-9 ._-]", "?") + "\"";
  }
}
