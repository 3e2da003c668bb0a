package ai.neo.modelgateway.routing;

import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.ArmStatus;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** A version that answers its share of the keys, and what came of it. Safe for any thread. */
public final class AnsweringArm {
  private final Arm arm;
  private final String label;
  private final double from;
  private final double to;
  private final LongAdder answered = new LongAdder();
  private final LongAdder fallbacks = new LongAdder();
  private final AtomicLong failures = new AtomicLong();
  private final OutcomeMeans outcomes = new OutcomeMeans();

  /**
   * @param from the least fraction that is its own
   * @param to the least that is not any more
   */
  AnsweringArm(Arm arm, double from, double to) {
    this.arm = Objects.requireNonNull(arm, "arm");
    this.label = arm.getKind().name().toLowerCase(Locale.ROOT);
    this.from = from;
    this.to = to;
  }

  /** As answers tell it: canary, a or b. */
  public String label() {
    return label;
  }

  public String version() {
    return arm.getVersion();
  }

  boolean has(double place) {
    return place >= from && place < to;
  }

  public void answered() {
    answered.increment();
  }

  /** The champion answers what fell to this. */
  public void fellBack() {
    fallbacks.increment();
  }

  long failed() {
    return failures.incrementAndGet();
  }

  OutcomeMeans outcomes() {
    return outcomes;
  }

  ArmStatus status() {
    ArmStatus.Builder status =
        ArmStatus.newBuilder()
            .setArm(arm)
            .setAnswered(answered.sum())
            .setFailures(failures.get())
            .setFallbacks(fallbacks.sum());
    return outcomes.on(status).build();
  }
}
