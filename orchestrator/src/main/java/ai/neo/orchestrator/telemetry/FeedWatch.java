package ai.neo.orchestrator.telemetry;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Whether market data come in. Any thread may call. */
public final class FeedWatch implements HealthChecks.Check {
  private static final long NS_PER_S = 1_000_000_000L;

  private final Supplier<Optional<Long>> lastTickNs;
  private final Supplier<Optional<String>> lost;
  private final Duration longestSilence;
  private final LongSupplier nanoTime;
  private volatile Phase phase = new Phase.Starting();

  private sealed interface Phase {
    record Starting() implements Phase {}

    record Running(long fromNs) implements Phase {}

    record Ended() implements Phase {}

    record Failed(String reason) implements Phase {}
  }

  /**
   * @param lastTickNs when the market was last heard of, on the clock of {@code nanoTime}
   * @param lost why the feed says of itself that it is not the market's present state; else empty
   * @param longestSilence after which the feed counts as down
   */
  public FeedWatch(
      Supplier<Optional<Long>> lastTickNs,
      Supplier<Optional<String>> lost,
      Duration longestSilence,
      LongSupplier nanoTime) {
    this.lastTickNs = lastTickNs;
    this.lost = lost;
    this.longestSilence = longestSilence;
    this.nanoTime = nanoTime;
  }

  /** The run has begun to take data in. */
  public void running() {
    phase = new Phase.Running(nanoTime.getAsLong());
  }

  /** The data have come to their end, or the run was stopped. */
  public void ended() {
    phase = new Phase.Ended();
  }

  /** The run has ended by a failure. */
  public void failed(String reason) {
    phase = new Phase.Failed(reason);
  }

  @Override
  public HealthChecks.Finding look() {
    return switch (phase) {
      case Phase.Starting starting -> HealthChecks.Finding.starting("no data asked for yet");
      case Phase.Ended ended -> HealthChecks.Finding.up("the data have ended");
      case Phase.Failed(String reason) -> HealthChecks.Finding.down(reason);
      case Phase.Running(long fromNs) -> {
        long silentNs = nanoTime.getAsLong() - lastTickNs.get().orElse(fromNs);
        Optional<String> reason = lost.get();
        if (reason.isPresent()) {
          yield HealthChecks.Finding.down(reason.get());
        }
        String silent = "nothing from the market for " + silentNs / NS_PER_S + " s";
        yield silentNs > longestSilence.toNanos()
            ? HealthChecks.Finding.down(silent)
            : HealthChecks.Finding.up(silentNs < NS_PER_S ? "running" : silent);
      }
    };
  }
}
