package ai.neo.modelgateway.serving;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one loaded version has answered so far, in nanoseconds and counts that only rise. Safe for
 * any thread; a reader may see a request half counted.
 */
public final class VersionStatistics {

  private final LongAdder successes = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder abandoned = new LongAdder();
  private final LongAdder failureNs = new LongAdder();
  private final LongAdder queueNs = new LongAdder();
  private final LongAdder inputNs = new LongAdder();
  private final LongAdder inferNs = new LongAdder();
  private final LongAdder outputNs = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final AtomicLong lastInferenceMs = new AtomicLong();

  /**
   * The stations of one request, as times of one monotonic clock in nanoseconds.
   *
   * @param received the request came
   * @param started its version was chosen
   * @param prepared its rows were read and checked
   * @param inferred the engine had answered
   * @param encoded the answer was ready for the wire
   */
  public record Stations(long received, long started, long prepared, long inferred, long encoded) {}

  /** Counts an answered request. */
  public void succeeded(Stations at, int requestRows, long nowMs) {
    queueNs.add(at.started() - at.received());
    inputNs.add(at.prepared() - at.started());
    inferNs.add(at.inferred() - at.prepared());
    outputNs.add(at.encoded() - at.inferred());
    rows.add(requestRows);
    lastInferenceMs.accumulateAndGet(nowMs, Math::max);
    successes.increment(); // last, so that a mean never divides by a request not yet timed
  }

  /** Counts a request that the model could not answer. A wrong request counts nowhere. */
  public void failed(long ns) {
    failureNs.add(ns);
    failures.increment();
  }

  /** Counts a request that was not computed, since its caller had gone or its deadline passed. */
  public void abandoned() {
    abandoned.increment();
  }

  /** The counters now. */
  public Totals totals() {
    long succeeded = successes.sum();
    return new Totals(
        succeeded,
        failures.sum(),
        abandoned.sum(),
        failureNs.sum(),
        queueNs.sum(),
        inputNs.sum(),
        inferNs.sum(),
        outputNs.sum(),
        rows.sum(),
        lastInferenceMs.get());
  }

  /** A reading of the counters; times in nanoseconds. */
  public record Totals(
      long successes,
      long failures,
      long abandoned,
      long failureNs,
      long queueNs,
      long inputNs,
      long inferNs,
      long outputNs,
      long rows,
      long lastInferenceMs) {

    /** From receipt to answer, summed over the requests that succeeded. */
    public long successNs() {
      return queueNs + inputNs + inferNs + outputNs;
    }
  }
}
