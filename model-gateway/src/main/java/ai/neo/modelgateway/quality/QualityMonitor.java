package ai.neo.modelgateway.quality;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.proto.learning.v1.FeatureDrift;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.QualityAlarm;
import ai.neo.proto.learning.v1.QualityStatus;
import ai.neo.proto.learning.v1.RetrainStatus;
import ai.neo.proto.learning.v1.VersionQuality;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Watches one model: a fold over its outcomes and its champions, in their order. Inputs are seen
 * when their outcome has matured, so that serving costs nothing and the same outcomes give the same
 * alarms, wherever and whenever they are told. One thread.
 */
public final class QualityMonitor {
  /** Champion, challengers and whatever matured late. */
  private static final int MAX_VERSIONS = 4;

  private final QualitySettings settings;
  private final LossWatch loss;
  private final RetrainClock clock;
  private final Map<String, OutcomeWindow> versions =
      new LinkedHashMap<>(2 * MAX_VERSIONS, 0.75f, true);
  private final float[] probabilities = new float[Answer.ACTIONS];
  private final QualityStatus.Builder status;
  private Optional<InputWatch> inputs = Optional.empty();
  private Champion champion = new Champion("", "", "", 0);
  private boolean trainedReference;

  public QualityMonitor(QualitySettings settings) {
    this.settings = settings;
    this.loss = new LossWatch(settings.falseAlarms());
    this.clock = new RetrainClock(settings);
    this.status =
        QualityStatus.newBuilder()
            .setWindow(settings.window())
            .setFalseAlarmEvery(settings.falseAlarms().text())
            .setRetrain(
                RetrainStatus.newBuilder()
                    .setOnDrift(settings.retrain().onDrift())
                    .setMaxAgeNs(settings.retrain().maxAgeNs())
                    .setEveryNs(settings.retrain().everyNs()));
  }

  /**
   * Whose inputs and losses are watched.
   *
   * @param vector values of one moment; a windowed model's row has several vectors
   */
  public record Champion(String version, String digest, String featureSetId, int vector) {}

  /**
   * What an outcome led to.
   *
   * @param alarm raised by it
   * @param due why a training is due now
   */
  public record Taken(Optional<QualityAlarm> alarm, Optional<String> due) {
    private static final Taken NOTHING = new Taken(Optional.empty(), Optional.empty());
  }

  /**
   * Another champion. Its own reference is taken; without one a reference of trained rows of the
   * same features is kept, since what the learner makes descends from them; else the first served
   * rows become it.
   */
  public void champion(Champion next, Optional<InputReference> own) {
    if (next.equals(champion)) {
      return;
    }
    boolean same =
        next.featureSetId().equals(champion.featureSetId()) && next.vector() == champion.vector();
    Optional<InputReference> reference =
        own.filter(one -> one.features() == next.vector() && one.window() == settings.window());
    if (reference.isPresent()) {
      trainedReference = true;
    } else if (same && trainedReference) {
      reference = inputs.flatMap(InputWatch::reference);
    } else {
      trainedReference = false;
    }
    champion = next;
    inputs =
        next.vector() < 1
            ? Optional.empty()
            : Optional.of(new InputWatch(settings, next.version(), next.vector(), reference));
    loss.restart();
    clock.restart();
    status
        .setChampionVersion(next.version())
        .setFeatureSetId(next.featureSetId())
        .setChecks(0)
        .clearCheckedTimeNs()
        .clearSignificance()
        .clearFeatures();
  }

  /** Takes in an outcome that was checked: finite features, a label or a reward, a matured time. */
  public Taken take(LearnRequest outcome) {
    long nowNs = outcome.getMaturedTimeNs();
    status.setOutcomes(status.getOutcomes() + 1);
    Optional<QualityAlarm> byLoss = judge(outcome, nowNs);
    Optional<QualityAlarm> byInputs =
        inputs.flatMap(watch -> watch.add(outcome, nowNs)).flatMap(check -> compared(check, nowNs));
    Optional<QualityAlarm> alarm = byInputs.or(() -> byLoss);
    alarm.ifPresent(
        raised -> {
          status.setLastAlarm(raised);
          clock.alarm(raised.getReason());
        });
    Optional<String> due = clock.due(nowNs);
    return alarm.isEmpty() && due.isEmpty() ? Taken.NOTHING : new Taken(alarm, due);
  }

  /** The answer's quality, where it is known and what would have been right too. */
  private Optional<QualityAlarm> judge(LearnRequest outcome, long nowNs) {
    if (outcome.hasReward() || outcome.getActionProbabilitiesCount() != Answer.ACTIONS) {
      return Optional.empty();
    }
    for (int action = 0; action < Answer.ACTIONS; action++) {
      probabilities[action] = outcome.getActionProbabilities(action);
      if (!(probabilities[action] >= 0 && probabilities[action] <= 1)) {
        return Optional.empty();
      }
    }
    String version = outcome.getModelVersion();
    window(version).add(probabilities, outcome.getLabel());
    if (!version.equals(champion.version())
        || !loss.add(OutcomeWindow.logLoss(probabilities[outcome.getLabel()]), nowNs)) {
      return Optional.empty();
    }
    status.setLossAlarms(status.getLossAlarms() + 1);
    return Optional.of(alarm("loss", "the loss of its answers has risen", nowNs));
  }

  private OutcomeWindow window(String version) {
    OutcomeWindow window =
        versions.computeIfAbsent(version, name -> new OutcomeWindow(settings.window()));
    if (versions.size() > MAX_VERSIONS) {
      versions.remove(versions.keySet().iterator().next()); // the one that was silent longest
    }
    return window;
  }

  private Optional<QualityAlarm> compared(InputWatch.Check check, long nowNs) {
    status
        .setChecks(status.getChecks() + 1)
        .setCheckedTimeNs(nowNs)
        .setSignificance(check.significance())
        .clearFeatures();
    for (int f = 0; f < check.features().size(); f++) {
      InputReference.Difference difference = check.features().get(f);
      status.addFeatures(
          FeatureDrift.newBuilder()
              .setIndex(f)
              .setName(settings.names().of(champion.featureSetId(), f))
              .setPsi(difference.psi())
              .setKs(difference.ks())
              .setPValue(difference.pValue()));
    }
    if (!check.alarm()) {
      return Optional.empty();
    }
    status.setInputAlarms(status.getInputAlarms() + 1);
    InputReference.Difference worst = check.features().get(check.worst());
    String reason =
        String.format(
            Locale.ROOT,
            "inputs differ from %s: %s, KS %.3f (p %.2g below %.2g), PSI %.3f",
            inputs.flatMap(InputWatch::reference).map(InputReference::origin).orElse(""),
            settings.names().of(champion.featureSetId(), check.worst()),
            worst.ks(),
            worst.pValue(),
            check.significance(),
            worst.psi());
    return Optional.of(alarm("inputs", reason, nowNs));
  }

  private QualityAlarm alarm(String kind, String reason, long nowNs) {
    return QualityAlarm.newBuilder()
        .setKind(kind)
        .setVersion(champion.version())
        .setReason(reason)
        .setTimeNs(nowNs)
        .build();
  }

  /** All that is known now; of what came of trainings, only what this monitor knows. */
  public QualityStatus status() {
    status
        .clearVersions()
        .setReference(inputs.flatMap(InputWatch::reference).map(InputReference::origin).orElse(""))
        .setLossStatistic(loss.statistic());
    versions.forEach(
        (version, window) ->
            status.addVersions(
                VersionQuality.newBuilder()
                    .setVersion(version)
                    .setOutcomes(window.size())
                    .setBrier(window.brier())
                    .setCalibrationError(window.calibrationError())
                    .setLogLoss(window.logLoss())));
    status.getRetrainBuilder().setNextTimeNs(clock.nextNs());
    return status.build();
  }
}
