package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which feedback is learned; what is not is counted by reason and kept aside. One thread. */
final class Admission {
  /** In the order in which counts are written down; only ever added to. */
  private static final List<LearnResponse.Outcome> REASONS =
      List.of(
          LearnResponse.Outcome.DUPLICATE,
          LearnResponse.Outcome.REFUSED,
          LearnResponse.Outcome.LATE,
          LearnResponse.Outcome.UNKNOWN,
          LearnResponse.Outcome.FOREIGN);

  private final LearningSettings settings;
  private final Lineage lineage;
  private final DeadLetters deadLetters;
  private final Map<LearnResponse.Outcome, Long> counts =
      new EnumMap<>(LearnResponse.Outcome.class);

  /**
   * @param directory where it is kept; empty: it is only counted
   */
  Admission(LearningSettings settings, ModelDesk desk, Optional<Path> directory) {
    this.settings = settings;
    this.lineage = new Lineage(desk);
    this.deadLetters = new DeadLetters(directory, settings.journal().deadLetterBytes());
  }

  /** Why it is not learned. */
  record Refusal(LearnResponse.Outcome outcome, String reason) {}

  /** Why a feedback is not learned by a state that stands on a network; empty when it is. */
  Optional<Refusal> refusal(LearnRequest request, LearnerState state) {
    LearningCopy copy = state.copy().orElseThrow();
    if (!request.getPredictionId().isEmpty() && request.getFeaturesCount() == 0) {
      return refused(
          LearnResponse.Outcome.UNKNOWN,
          "the prediction is not known here: send its features with its outcome");
    }
    Optional<String> fault = Feedback.fault(request, copy.base());
    if (fault.isPresent()) {
      return refused(LearnResponse.Outcome.REFUSED, fault.get());
    }
    if (state.hasSeen(request.getPredictionId())) {
      return refused(LearnResponse.Outcome.DUPLICATE, "");
    }
    long late = settings.guards().lateNs();
    long age = state.newestTimeNs() - request.getMaturedTimeNs();
    if (late > 0 && request.getMaturedTimeNs() > 0 && age > late) {
      return refused(
          LearnResponse.Outcome.LATE,
          "it matured %d s before the newest that was learned, more than %d s"
              .formatted(age / 1_000_000_000, late / 1_000_000_000));
    }
    return origin(request, copy.version());
  }

  private Optional<Refusal> origin(LearnRequest request, String base) {
    String version = request.getModelVersion();
    try {
      if (!version.isEmpty() && !lineage.knows(version)) {
        return refused(LearnResponse.Outcome.UNKNOWN, "the model has no version '" + version + "'");
      }
      if (request.hasReward() && !lineage.descends(base, version)) {
        return refused(
            LearnResponse.Outcome.FOREIGN,
            "a reward teaches only what made the choice: version %s, which the learner, on version"
                    .formatted(version.isEmpty() ? "(not given)" : version)
                + " %s, does not descend from".formatted(base));
      }
      return Optional.empty();
    } catch (RegistryException e) {
      // A label is right whoever predicted; a reward has to wait for the registry.
      return request.hasReward()
          ? refused(
              LearnResponse.Outcome.REFUSED,
              "the registry does not say who predicted; send again: " + e.getMessage())
          : Optional.empty();
    }
  }

  private static Optional<Refusal> refused(LearnResponse.Outcome outcome, String reason) {
    return Optional.of(new Refusal(outcome, reason));
  }

  void setAside(LearnRequest request, Refusal refusal) {
    counts.merge(refusal.outcome(), 1L, Long::sum);
    deadLetters.keep(request, refusal.outcome(), refusal.reason());
  }

  /** All counts, as they are written down, with one of the caller's before them. */
  List<Long> counts(long first) {
    List<Long> all = new ArrayList<>(List.of(first));
    REASONS.forEach(reason -> all.add(counts.getOrDefault(reason, 0L)));
    return all;
  }

  /** Takes written counts back; gives the caller's. */
  long read(List<Long> all) {
    for (int i = 0; i < REASONS.size() && i + 1 < all.size(); i++) {
      counts.merge(REASONS.get(i), all.get(i + 1), Long::sum);
    }
    return all.isEmpty() ? 0 : all.getFirst();
  }

  void describe(LearnerStatus.Builder status) {
    status
        .setDuplicates(count(LearnResponse.Outcome.DUPLICATE))
        .setRefused(count(LearnResponse.Outcome.REFUSED))
        .setLate(count(LearnResponse.Outcome.LATE))
        .setUnknown(count(LearnResponse.Outcome.UNKNOWN))
        .setForeign(count(LearnResponse.Outcome.FOREIGN))
        .setDeadLetters(counts.values().stream().mapToLong(Long::longValue).sum());
  }

  private long count(LearnResponse.Outcome outcome) {
    return counts.getOrDefault(outcome, 0L);
  }
}
