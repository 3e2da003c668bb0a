package ai.neo.modelgateway.protocol;

import inference.InferStatistics;
import inference.ModelStatistics;
import inference.StatisticDuration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/** Counts of what was answered, by model and version. Thread-safe; only ever rises. */
public final class Statistics {
  private final Map<Key, Counts> counts = new ConcurrentHashMap<>();

  private record Key(String model, String version) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byModel = model.compareTo(other.model);
      return byModel != 0
          ? byModel
          : Long.compare(Long.parseLong(version), Long.parseLong(other.version));
    }
  }

  private static final class Counts {
    final LongAdder success = new LongAdder();
    final LongAdder failure = new LongAdder();
    final LongAdder rows = new LongAdder();
    final LongAdder inferNs = new LongAdder();
    volatile long lastMs;
  }

  void succeeded(String model, String version, int rows, long ns) {
    Counts of = of(model, version);
    of.success.increment();
    of.rows.add(rows);
    of.inferNs.add(ns);
    of.lastMs = System.currentTimeMillis();
  }

  void failed(String model, String version) {
    of(model, version).failure.increment();
  }

  private Counts of(String model, String version) {
    return counts.computeIfAbsent(new Key(model, version), key -> new Counts());
  }

  /** As the protocol shows them. */
  void each(BiConsumer<String, ModelStatistics> row) {
    new TreeMap<>(counts)
        .forEach(
            (key, count) -> {
              StatisticDuration success = duration(count.success.sum(), count.inferNs.sum());
              StatisticDuration noTime = duration(count.success.sum(), 0);
              row.accept(
                  key.model(),
                  ModelStatistics.newBuilder()
                      .setName(key.model())
                      .setVersion(key.version())
                      .setLastInference(count.lastMs)
                      .setInferenceCount(count.rows.sum())
                      .setExecutionCount(count.success.sum())
                      .setInferenceStats(
                          InferStatistics.newBuilder()
                              .setSuccess(success)
                              .setFail(duration(count.failure.sum(), 0))
                              .setQueue(noTime)
                              .setComputeInput(noTime)
                              .setComputeInfer(success)
                              .setComputeOutput(noTime))
                      .build());
            });
  }

  private static StatisticDuration duration(long count, long ns) {
    return StatisticDuration.newBuilder().setCount(count).setNs(ns).build();
  }

  /** In Prometheus' text format, with Triton's names. */
  public String prometheus() {
    StringBuilder text = new StringBuilder();
    metric(text, "nv_inference_request_success", c -> c.success.sum());
    metric(text, "nv_inference_request_failure", c -> c.failure.sum());
    metric(text, "nv_inference_count", c -> c.rows.sum());
    metric(text, "nv_inference_exec_count", c -> c.success.sum());
    metric(text, "nv_inference_request_duration_us", c -> c.inferNs.sum() / 1000);
    return text.toString();
  }

  private interface Value {
    long of(Counts counts);
  }

  private void metric(StringBuilder text, String name, Value value) {
    text.append("# TYPE ").append(name).append(" counter\n");
    new TreeMap<>(counts)
        .forEach(
            (key, count) ->
                text.append(name)
                    .append("{model=\"")
                    .append(key.model())
                    .append("\",version=\"")
                    .append(key.version())
                    .append("\"} ")
                    .append(value.of(count))
                    .append('\n'));
  }
}
