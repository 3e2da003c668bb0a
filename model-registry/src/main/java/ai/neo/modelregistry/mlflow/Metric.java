package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import java.util.List;

/**
 * One point of a metric; empty texts where nothing was said.
 *
 * @param value may be NaN or infinite
 * @param timestampMs not negative
 * @param step may be negative
 * @param about the logged model and the data that it tells about
 */
record Metric(String key, double value, long timestampMs, long step, Subject about) {
  private static final int DATASET_NAME_MAX = 500;
  private static final int DATASET_DIGEST_MAX = 36;

  /** What a point tells about. */
  record Subject(String modelId, String datasetName, String datasetDigest) {}

  static Metric of(Fields fields) {
    String key = Names.key("metric name", fields.required("key"));
    double value = fields.requiredDouble("value");
    long timestamp = fields.requiredNumber("timestamp");
    if (timestamp < 0) {
      throw MlflowException.invalid(
          "Invalid value %d for parameter 'timestamp' supplied: it must be at least 0"
              .formatted(timestamp));
    }
    return new Metric(
        key,
        value,
        timestamp,
        fields.number("step").orElse(0),
        new Subject(
            fields.text("model_id"),
            Names.limited("dataset name", fields.text("dataset_name"), DATASET_NAME_MAX),
            Names.limited("dataset digest", fields.text("dataset_digest"), DATASET_DIGEST_MAX)));
  }

  /** Writes points of a run that is locked. What is there already stays once. */
  static void write(Database.Session session, String run, List<Metric> metrics) {
    if (metrics.isEmpty()) {
      return;
    }
    String[] keys = metrics.stream().map(Metric::key).toArray(String[]::new);
    Long[] timestamps = metrics.stream().map(Metric::timestampMs).toArray(Long[]::new);
    Long[] steps = metrics.stream().map(Metric::step).toArray(Long[]::new);
    Double[] values = metrics.stream().map(Metric::value).toArray(Double[]::new);
    String points =
        " FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::double precision[])"
            + " AS t (key, timestamp, step, value)";
    session.run(
        "INSERT INTO registry.run_metric (run_id, key, timestamp, step, value)"
            + " SELECT $1, key, timestamp, step, value"
            + points
            + " ON CONFLICT DO NOTHING",
        run,
        keys,
        timestamps,
        steps,
        values);
    // The latest is the largest by step, time and value, where NaN counts as 0.
    session.run(
        """
        INSERT INTO registry.latest_metric AS l (run_id, key, timestamp, step, value)
          SELECT DISTINCT ON (key) $1, key, timestamp, step, value %s
          ORDER BY key, step DESC, timestamp DESC, coalesce(nullif(value, 'NaN'), 0) DESC
        ON CONFLICT (run_id, key) DO UPDATE
          SET timestamp = excluded.timestamp, step = excluded.step, value = excluded.value
          WHERE (excluded.step, excluded.timestamp, coalesce(nullif(excluded.value, 'NaN'), 0))
            > (l.step, l.timestamp, coalesce(nullif(l.value, 'NaN'), 0))
        """
            .formatted(points),
        run,
        keys,
        timestamps,
        steps,
        values);
    for (Metric metric : metrics) {
      if (!metric.about().modelId().isEmpty()) {
        metric.writeOfModel(session, run);
      }
    }
  }

  private void writeOfModel(Database.Session session, String run) {
    session.run(
        "INSERT INTO registry.logged_model_metric (model_id, run_id, key, timestamp, step, value,"
            + " dataset_name, dataset_digest)"
            + " SELECT model_id, $2, $3, $4, $5, $6, $7, $8 FROM registry.logged_model"
            + " WHERE model_id = $1 ON CONFLICT DO NOTHING",
        about.modelId(),
        run,
        key,
        timestampMs,
        step,
        value,
        about.datasetName(),
        about.datasetDigest());
  }
}
