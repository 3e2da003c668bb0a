package ai.neo.modelgateway.serving;

import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
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
  private final LongAdder waiting = new LongAdder();
  private final ConcurrentNavigableMap<Integer, Runs> runs = new ConcurrentSkipListMap<>();
  private final Latencies latencies = new Latencies();
  private final AtomicLong lastInferenceMs = new AtomicLong();

  /**
   * The stations of one request, as times of one monotonic clock in nanoseconds.
   *
   * @param received the request came
   * @param started its version was chosen
   * @param prepared its rows were read and checked
   * @param begun the engine was asked
   * @param inferred the engine had answered
   */
  public record Stations(long received, long started, long prepared, long begun, long inferred) {}

  /**
   * Counts an answered request.
   *
   * @param encodedNs when the answer was ready for the wire
   */
  public void succeeded(Stations at, long encodedNs, int requestRows, long nowMs) {
    queueNs.add(at.started() - at.received() + at.begun() - at.prepared());
    inputNs.add(at.prepared() - at.started());
    inferNs.add(at.inferred() - at.begun());
    outputNs.add(encodedNs - at.inferred());
    rows.add(requestRows);
    latencies.add(encodedNs - at.received());
    lastInferenceMs.accumulateAndGet(nowMs, Math::max);
    successes.increment(); // last, so that a mean never divides by a request not yet timed
  }

  /** From receipt to answer, of the requests that succeeded. */
  Latencies latencies() {
    return latencies;
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

  /** Counts a run of the engine that answered so many computations at once. */
  public void ran(int computations, long ns) {
    Runs size = runs.get(computations);
    if (size == null) {
      size = runs.computeIfAbsent(computations, n -> new Runs(new LongAdder(), new LongAdder()));
    }
    size.count().increment();
    size.ns().add(ns);
  }

  /** So many more callers wait for their turn, or fewer when negative. */
  public void waits(int change) {
    waiting.add(change);
  }

  /** Callers that wait for their turn now. */
  public long waiting() {
    return waiting.sum();
  }

  private record Runs(LongAdder count, LongAdder ns) {}

  /**
   * Runs of the engine.
   *
   * @param computations answered at once by each
   * @param ns that they took together
   */
  public record Executions(int computations, long count, long ns) {}

  /** The runs so far, by how many computations they answered. */
  public List<Executions> executions() {
    return runs.entrySet().stream()
        .map(e -> new Executions(e.getKey(), e.getValue().count().sum(), e.getValue().ns().sum()))
        .toList();
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
