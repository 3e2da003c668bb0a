package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.network.NetworkTraining;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Learns one model from outcomes, on a copy of the champion's weights, and proposes versions.
 *
 * <p>What it does depends on nothing but the order of the calls and the seed: no clock, no unseeded
 * draw. The caller sees to it that calls come one after another.
 */
final class Learner implements AutoCloseable {
  private static final String ACTOR = "learner";

  /** Prediction ids that are remembered, so that none is learned twice. */
  private static final int REMEMBERED = 200_000;

  /** One outcome in so many is kept out of learning, to judge by. */
  private static final int JUDGE_EVERY = 4;

  /** Longest weight vector, as a multiple of the champion's: beyond it something has run away. */
  private static final double NORM_BOUND = 3;

  private final String model;
  private final LearningSettings settings;
  private final ServingCatalog catalog;
  private final VersionRegistry registry;
  private final SplittableRandom random;
  private final Set<String> seen = Collections.newSetFromMap(new Remembered());
  private final List<Outcome> replay = new ArrayList<>();
  private final Deque<Outcome> judged = new ArrayDeque<>();

  private NetworkTraining training;
  private DirectionNetwork base;
  private String baseVersion = "";
  private Optional<ServableModel> predecessor = Optional.empty();
  private final Deque<Outcome> sincePromotion = new ArrayDeque<>();
  private int replayNext;
  private int sinceStep;
  private int sinceCandidate;
  private boolean frozen;
  private String frozenReason = "";
  private long learned;
  private long duplicates;
  private long refused;
  private long updates;
  private long candidates;
  private long promotions;
  private long rollbacks;
  private double recentLoss;

  private static final class Remembered extends LinkedHashMap<String, Boolean> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > REMEMBERED;
    }
  }

  Learner(
      String model, LearningSettings settings, ServingCatalog catalog, VersionRegistry registry) {
    this.model = model;
    this.settings = settings;
    this.catalog = catalog;
    this.registry = registry;
    this.random = new SplittableRandom(settings.seed());
  }

  LearnResponse learn(LearnRequest request) {
    LearnResponse.Builder response = LearnResponse.newBuilder();
    Optional<String> refusal = refusal(request);
    if (refusal.isPresent()) {
      refused++;
      return answer(response.setOutcome(LearnResponse.Outcome.REFUSED).setReason(refusal.get()));
    }
    if (!seen.add(request.getPredictionId())) {
      duplicates++;
      return answer(response.setOutcome(LearnResponse.Outcome.DUPLICATE));
    }
    followChampion();
    learned++;
    Outcome outcome = outcome(request);
    if (learned % JUDGE_EVERY == 0) {
      judge(outcome, response);
    } else {
      keep(outcome);
    }
    if (frozen) {
      return answer(response.setOutcome(LearnResponse.Outcome.FROZEN).setReason(frozenReason));
    }
    stepIfDue();
    proposeIfDue(response);
    return answer(response.setOutcome(LearnResponse.Outcome.LEARNED));
  }

  void freeze(boolean on, String reason) {
    frozen = on;
    frozenReason = on ? reason : "";
  }

  LearnerStatus status() {
    return LearnerStatus.newBuilder()
        .setModel(model)
        .setFrozen(frozen)
        .setFrozenReason(frozenReason)
        .setLearned(learned)
        .setDuplicates(duplicates)
        .setRefused(refused)
        .setUpdates(updates)
        .setCandidates(candidates)
        .setPromotions(promotions)
        .setRollbacks(rollbacks)
        .setRecentLoss(recentLoss)
        .build();
  }

  private LearnResponse answer(LearnResponse.Builder response) {
    catalog
        .champion(model)
        .ifPresent(champion -> response.setChampionVersion(champion.artifact().version()));
    return response.setUpdates(updates).setEpoch(catalog.epoch(model)).build();
  }

  private Optional<String> refusal(LearnRequest request) {
    Optional<ServableModel> champion = catalog.champion(model);
    if (champion.isEmpty()) {
      return Optional.of("model '" + model + "' has no champion to learn from");
    }
    if (request.getPredictionId().isEmpty()) {
      return Optional.of("prediction_id is empty");
    }
    if (request.getFeaturesCount() != champion.get().features()) {
      return Optional.of(
          "features=" + request.getFeaturesCount() + ", expected " + champion.get().features());
    }
    String expected = champion.get().artifact().featureSetId();
    if (!request.getFeatureSetId().equals(expected)) {
      return Optional.of("feature_set_id=" + request.getFeatureSetId() + ", expected " + expected);
    }
    for (float feature : request.getFeaturesList()) {
      if (!Float.isFinite(feature)) {
        return Optional.of("a feature is " + feature);
      }
    }
    if (!Float.isFinite(request.getForwardReturn())) {
      return Optional.of("forward_return=" + request.getForwardReturn());
    }
    return request.getLabel() < 0 || request.getLabel() > 2
        ? Optional.of("label=" + request.getLabel() + ", expected 0..2")
        : Optional.empty();
  }

  private static Outcome outcome(LearnRequest request) {
    float[] features = new float[request.getFeaturesCount()];
    for (int i = 0; i < features.length; i++) {
      features[i] = request.getFeatures(i);
    }
    return new Outcome(features, request.getLabel(), request.getForwardReturn());
  }

  private void keep(Outcome outcome) {
    if (replay.size() < settings.replay()) {
      replay.add(outcome);
    } else {
      replay.set(replayNext, outcome);
      replayNext = (replayNext + 1) % settings.replay();
    }
    sinceStep++;
    sinceCandidate++;
  }

  /** Starts again from the champion's weights whenever another version serves. */
  private void followChampion() {
    ServableModel champion = catalog.champion(model).orElseThrow();
    String version = champion.artifact().version();
    if (version.equals(baseVersion)) {
      return;
    }
    baseVersion = version;
    sinceCandidate = 0;
    sincePromotion.clear();
    if (champion instanceof NetworkEngine.Served served) {
      base = served.network();
      restart();
    } else if (base == null) {
      freeze(true, "version " + version + " is no network that learns here");
    }
  }

  private void restart() {
    if (training != null) {
      training.close();
    }
    training =
        new NetworkTraining(
            base,
            new NetworkTraining.Settings(
                settings.learnRate(), settings.gradientNorm(), settings.anchorPull()));
  }

  private void stepIfDue() {
    if (training == null || sinceStep < 32 || replay.size() < settings.batch()) {
      return;
    }
    sinceStep = 0;
    try {
      recentLoss = training.step(draw());
      updates++;
      if (training.network().weightNorm() > NORM_BOUND * base.weightNorm()) {
        stop("the weights have run away");
      }
    } catch (ArithmeticException e) {
      stop(e.getMessage());
    }
  }

  private void stop(String reason) {
    freeze(true, reason);
    restart();
    record("learner-stopped", baseVersion, reason, "");
  }

  /** Half from the newest outcomes, half from all that are kept. */
  private NetworkTraining.Batch draw() {
    int size = settings.batch();
    int width = base.features();
    float[] rows = new float[size * width];
    int[] labels = new int[size];
    float[] returns = new float[size];
    int recent = Math.min(replay.size(), settings.replay() / 8);
    for (int i = 0; i < size; i++) {
      int index =
          i % 2 == 0
              ? Math.floorMod(newest() - random.nextInt(recent), replay.size())
              : random.nextInt(replay.size());
      Outcome outcome = replay.get(index);
      System.arraycopy(outcome.features(), 0, rows, i * width, width);
      labels[i] = outcome.label();
      returns[i] = outcome.forwardReturn();
    }
    return new NetworkTraining.Batch(rows, labels, returns);
  }

  private int newest() {
    return replay.size() < settings.replay()
        ? replay.size() - 1
        : Math.floorMod(replayNext - 1, settings.replay());
  }

  private void judge(Outcome outcome, LearnResponse.Builder response) {
    judged.addLast(outcome);
    if (judged.size() > settings.judged()) {
      judged.removeFirst();
    }
    if (predecessor.isPresent()) {
      sincePromotion.addLast(outcome);
      if (sincePromotion.size() >= settings.rollbackAfter()) {
        compareWithPredecessor(response);
        sincePromotion.clear();
      }
    }
  }

  private void compareWithPredecessor(LearnResponse.Builder response) {
    ServableModel champion = catalog.champion(model).orElseThrow();
    Score now = Score.of(champion, sincePromotion, settings.roundTripCost());
    Score before = Score.of(predecessor.orElseThrow(), sincePromotion, settings.roundTripCost());
    if (now.profit() >= before.profit() - settings.margin()) {
      return;
    }
    String evidence = "{\"champion\":" + now.json() + ",\"predecessor\":" + before.json() + "}";
    String reason = "the champion does worse than its predecessor: " + evidence;
    try (AutoCloseable _ = changesInto(response)) {
      catalog.rollback(model, ACTOR, reason);
      rollbacks++;
      predecessor = Optional.empty();
    } catch (ModelRefusedException e) {
      record("rollback-refused", champion.artifact().version(), e.getMessage(), evidence);
    } catch (Exception e) {
      throw new IllegalStateException("a watch did not close", e);
    }
  }

  private void proposeIfDue(LearnResponse.Builder response) {
    if (training == null
        || sinceCandidate < settings.candidateEvery()
        || judged.size() < settings.judged() / 2) {
      return;
    }
    sinceCandidate = 0;
    DirectionNetwork candidate = training.network();
    ServableModel champion = catalog.champion(model).orElseThrow();
    Score championScore = Score.of(champion, judged, settings.roundTripCost());
    Score candidateScore = Score.of(candidate, judged, settings.roundTripCost());
    String evidence =
        "{\"champion\":" + championScore.json() + ",\"candidate\":" + candidateScore.json() + "}";
    ModelVersion version = register(candidate, candidateScore);
    candidates++;
    response.addChanges(
        change(ModelChange.Kind.CANDIDATE, version, "after " + updates + " updates"));
    boolean better =
        candidateScore.profit() > championScore.profit() + settings.margin()
            && candidateScore.logLoss() <= championScore.logLoss();
    if (!better) {
      record("gate-refused", version.getVersion(), "no better than the champion", evidence);
      response.addChanges(change(ModelChange.Kind.REFUSED, version, "gate: " + evidence));
      return;
    }
    try (AutoCloseable _ = changesInto(response)) {
      catalog.promote(
          model,
          version.getVersion(),
          champion.artifact().version(),
          ACTOR,
          "better than the champion on "
              + candidateScore.outcomes()
              + " held-out outcomes: "
              + evidence);
      promotions++;
      predecessor = Optional.of(champion);
      sincePromotion.clear();
    } catch (ModelRefusedException e) {
      response.addChanges(change(ModelChange.Kind.REFUSED, version, e.getMessage()));
    } catch (Exception e) {
      throw new IllegalStateException("a watch did not close", e);
    }
  }

  /** Writes the swaps that happen meanwhile into the answer. */
  private AutoCloseable changesInto(LearnResponse.Builder response) {
    return catalog.watch(
        model,
        change -> {
          if (change.getKind() != ModelChange.Kind.CURRENT) {
            response.addChanges(change);
          }
        });
  }

  private ModelVersion register(DirectionNetwork network, Score score) {
    return registry.register(
        RegisterRequest.newBuilder()
            .setModel(model)
            .setArtifact(ByteString.copyFrom(network.toBytes()))
            .setFormat(DirectionNetwork.FORMAT)
            .setFeatureSetId(network.featureSetId())
            .setParentVersion(baseVersion)
            .setDataDescription(learned + " outcomes, " + updates + " updates")
            .putMetrics("profit", score.profit())
            .putMetrics("log_loss", score.logLoss())
            .setActor(ACTOR)
            .setReason("candidate")
            .build());
  }

  private ModelChange change(ModelChange.Kind kind, ModelVersion version, String reason) {
    return ModelChange.newBuilder()
        .setKind(kind)
        .setModel(model)
        .setVersion(version.getVersion())
        .setDigest(version.getDigest())
        .setPreviousVersion(baseVersion)
        .setEpoch(catalog.epoch(model))
        .setReason(reason)
        .setFeatureSetId(version.getFeatureSetId())
        .build();
  }

  private void record(String action, String version, String reason, String evidence) {
    registry.record(
        RecordRequest.newBuilder()
            .setModel(model)
            .setVersion(version)
            .setAction(action)
            .setActor(ACTOR)
            .setReason(reason)
            .setEvidenceJson(evidence)
            .build());
  }

  @Override
  public void close() {
    if (training != null) {
      training.close();
    }
  }
}
