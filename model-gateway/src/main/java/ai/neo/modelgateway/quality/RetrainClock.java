package ai.neo.modelgateway.quality;

import java.util.Optional;

/**
 * When a new training is due, by the time of the data alone. After one has begun the next waits for
 * as many outcomes as {@link #REST_WINDOWS} windows have, whatever happens: the same rows would
 * only give the same network again. One thread.
 */
final class RetrainClock {
  static final int REST_WINDOWS = 4;

  private final QualitySettings.Retrain policy;
  private final long rest;
  private Optional<String> drift = Optional.empty();
  private long championSinceNs;
  private long trainedNs;
  private long outcomesSince;

  RetrainClock(QualitySettings settings) {
    this.policy = settings.retrain();
    this.rest = (long) REST_WINDOWS * settings.window();
    this.outcomesSince = rest; // the first may come at once
  }

  /** Another champion: what the one before it had seen is no reason any more. */
  void restart() {
    drift = Optional.empty();
    championSinceNs = 0;
  }

  /** Remembered until a training may begin. */
  void alarm(String reason) {
    drift = Optional.of(reason);
  }

  /** Why a training is due at a moment; it counts as begun then. */
  Optional<String> due(long nowNs) {
    outcomesSince++;
    championSinceNs = championSinceNs == 0 ? nowNs : championSinceNs;
    trainedNs = trainedNs == 0 ? nowNs : trainedNs;
    if (!policy.isOn() || outcomesSince < rest) {
      return Optional.empty();
    }
    Optional<String> reason = reason(nowNs);
    if (reason.isPresent()) {
      drift = Optional.empty();
      trainedNs = nowNs;
      outcomesSince = 0;
    }
    return reason;
  }

  private Optional<String> reason(long nowNs) {
    if (policy.onDrift() && drift.isPresent()) {
      return Optional.of("drift: " + drift.get());
    }
    if (policy.maxAgeNs() > 0 && nowNs >= ageNs()) {
      return Optional.of(
          "age: the champion has served for " + (nowNs - championSinceNs) / 1_000_000_000 + " s");
    }
    if (policy.everyNs() > 0 && nowNs >= trainedNs + policy.everyNs()) {
      return Optional.of(
          "schedule: the last was " + (nowNs - trainedNs) / 1_000_000_000 + " s ago");
    }
    return Optional.empty();
  }

  /** A champion that a training did not beat is asked again only after as long once more. */
  private long ageNs() {
    return Math.max(championSinceNs, trainedNs) + policy.maxAgeNs();
  }

  /** When the next one is due by age or schedule; 0 when by neither, or nothing was seen yet. */
  long nextNs() {
    long byAge = policy.maxAgeNs() > 0 ? ageNs() : Long.MAX_VALUE;
    long bySchedule = policy.everyNs() > 0 ? trainedNs + policy.everyNs() : Long.MAX_VALUE;
    long next = Math.min(byAge, bySchedule);
    return next == Long.MAX_VALUE || trainedNs == 0 ? 0 : next;
  }
}
