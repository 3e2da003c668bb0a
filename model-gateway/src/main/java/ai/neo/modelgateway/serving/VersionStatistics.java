package ai.neo.modelgateway.serving;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private final Map<Failure, LongAdder> failures = new EnumMap<>(Failure.class);
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

  /** Why a right request got no answer, in Triton's words. */
  public enum Failure {
    /** As many waited as may, or its deadline would have passed before its turn. */
    REJECTED,
    /** Its caller had gone, or its deadline had passed, before it was computed. */
    CANCELED,
    /** The model could not answer. */
    BACKEND,
    /** The gateway closed, or is at fault. */
    OTHER
  }

  /** Nothing counted yet. */
  public VersionStatistics() {
    for (Failure reason : Failure.values()) {
      failures.put(reason, new LongAdder()); // all of them now: the map is not changed any more
    }
  }

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

  /**
   * Counts a request that got no answer. A wrong request counts nowhere.
   *
   * @param ns from receipt to refusal
   */
  public void failed(Failure reason, long ns) {
    failureNs.add(ns);
    count(reason).increment();
  }

  /** The requests that got no answer for that reason. */
  public long failures(Failure reason) {
    return count(reason).sum();
  }

  private LongAdder count(Failure reason) {
    return Objects.requireNonNull(failures.get(reason), "reason");
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
        failures.values().stream().mapToLong(LongAdder::sum).sum(),
        failureNs.sum(),
        queueNs.sum(),
        inputNs.sum(),
        inferNs.sum(),
        outputNs.sum(),
        rows.sum(),
        lastInferenceMs.get());
  }

  /**
   * A reading of the counters; times in nanoseconds.
   *
   * @param failures for whichever reason
   */
  public record Totals(
      long successes,
      long failures,
      long failureNs,
      long queueNs,
      long inputNs,
      long inferNs,
      long outputNs,
      long rows,
      long lastInferenceMs) {

    /**
     * As Triton counts them: rows, or requests of a model whose first dimension is its own.
     *
     * @param maxBatchSize of the model; 0 for such a one
     */
    public long inferences(int maxBatchSize) {
      return maxBatchSize > 0 ? rows : successes;
    }

    /** From receipt to answer, summed over the requests that succeeded. */
    public long successNs() {
      return queueNs + inputNs + inferNs + outputNs;
    }
  }
}
