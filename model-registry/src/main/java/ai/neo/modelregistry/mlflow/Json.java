package ai.neo.modelregistry.mlflow;

/** MLflow's objects, written by PostgreSQL itself: one JSON object per row, without null fields. */
final class Json {
  /** When a statement began by the database's clock, in milliseconds since 1970. */
  static final String NOW_MS = "(floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)";

  /** Of {@code registry.experiment e}. */
  static final String EXPERIMENT =
      """
      json_strip_nulls(json_build_object(
        'experiment_id', e.experiment_id::text, 'name', e.name,
        'artifact_location', e.artifact_location,
        'lifecycle_stage', CASE WHEN e.deleted THEN 'deleted' ELSE 'active' END,
        'creation_time', e.created_ms, 'last_update_time', e.updated_ms,
        'tags', (SELECT json_agg(json_build_object('key', x.key, 'value', x.value) ORDER BY x.key)
          FROM registry.experiment_tag x WHERE x.experiment_id = e.experiment_id)))
      """;

  /** Of {@code registry.run r}. */
  static final String RUN_INFO =
      """
      json_strip_nulls(json_build_object(
        'run_id', r.run_id, 'run_uuid', r.run_id, 'run_name', r.name,
        'experiment_id', r.experiment_id::text, 'user_id', r.user_id, 'status', r.status,
        'start_time', r.start_ms, 'end_time', r.end_ms, 'artifact_uri', r.artifact_uri,
        'lifecycle_stage', CASE WHEN r.deleted THEN 'deleted' ELSE 'active' END))
      """;

  /** Of {@code registry.run r}. */
  static final String RUN =
      """
      json_strip_nulls(json_build_object(
        'info', %s,
        'data', json_build_object(
          'metrics', (SELECT json_agg(json_build_object('key', x.key, 'value', x.value,
              'timestamp', x.timestamp, 'step', x.step) ORDER BY x.key)
            FROM registry.latest_metric x WHERE x.run_id = r.run_id),
          'params', (SELECT json_agg(json_build_object('key', x.key, 'value', x.value)
              ORDER BY x.key)
            FROM registry.run_param x WHERE x.run_id = r.run_id),
          'tags', (SELECT json_agg(json_build_object('key', x.key, 'value', x.value)
              ORDER BY x.key)
            FROM registry.run_tag x WHERE x.run_id = r.run_id)),
        'inputs', json_build_object(
          'dataset_inputs', (SELECT json_agg(json_build_object('tags', y.tags, 'dataset',
              json_build_object('name', x.name, 'digest', x.digest, 'source_type', x.source_type,
                'source', x.source, 'schema', nullif(x.schema_json, ''),
                'profile', nullif(x.profile_json, ''))) ORDER BY x.dataset_id)
            FROM registry.run_dataset y JOIN registry.dataset x USING (dataset_id)
            WHERE y.run_id = r.run_id),
          'model_inputs', (SELECT json_agg(json_build_object('model_id', x.model_id)
              ORDER BY x.model_id)
            FROM registry.run_input_model x WHERE x.run_id = r.run_id)),
        'outputs', json_build_object(
          'model_outputs', (SELECT json_agg(json_build_object('model_id', x.model_id,
              'step', x.step) ORDER BY x.step, x.model_id)
            FROM registry.run_output_model x WHERE x.run_id = r.run_id))))
      """
          .formatted(RUN_INFO);

  /** The tables of {@link #VERSION}, live versions only. */
  static final String VERSIONS =
      " FROM registry.version v JOIN registry.version_detail d USING (model, version)"
          + " JOIN registry.model m ON m.name = v.model WHERE NOT d.deleted";

  /** Of {@link #VERSIONS}. */
  static final String VERSION =
      """
      json_strip_nulls(json_build_object(
        'name', m.title, 'version', v.version::text, 'creation_timestamp', d.created_ms,
        'last_updated_timestamp', d.updated_ms, 'user_id', v.created_by,
        'current_stage', d.stage, 'description', d.description, 'source', d.source,
        'run_id', d.run_id, 'status', 'READY', 'run_link', d.run_link,
        'tags', (SELECT json_agg(json_build_object('key', x.key, 'value', x.value) ORDER BY x.key)
          FROM registry.version_tag x WHERE x.model = v.model AND x.version = v.version),
        'aliases', (SELECT json_agg(x.alias ORDER BY x.alias)
          FROM registry.alias x WHERE x.model = v.model AND x.version = v.version)))
      """;

  /** Of {@code registry.model m}. */
  static final String MODEL =
      """
      json_strip_nulls(json_build_object(
        'name', m.title, 'creation_timestamp', m.created_ms,
        'last_updated_timestamp', m.updated_ms, 'description', nullif(m.description, ''),
        'latest_versions', (SELECT json_agg(%s ORDER BY v.version)
          FROM registry.version v JOIN registry.version_detail d USING (model, version)
          WHERE v.model = m.name AND (d.stage, v.version) IN (
            SELECT y.stage, max(y.version) FROM registry.version_detail y
            WHERE y.model = m.name AND NOT y.deleted GROUP BY y.stage)),
        'tags', (SELECT json_agg(json_build_object('key', x.key, 'value', x.value) ORDER BY x.key)
          FROM registry.model_tag x WHERE x.model = m.name),
        'aliases', (SELECT json_agg(json_build_object('alias', x.alias,
            'version', x.version::text) ORDER BY x.alias)
          FROM registry.alias x WHERE x.model = m.name)))
      """
          .formatted(VERSION);

  /** Of {@code registry.logged_model l}. */
  static final String LOGGED_MODEL =
      """
      json_strip_nulls(json_build_object(
        'info', json_build_object(
          'model_id', l.model_id, 'experiment_id', l.experiment_id::text, 'name', l.name,
          'creation_timestamp_ms', l.created_ms, 'last_updated_timestamp_ms', l.updated_ms,
          'artifact_uri', l.artifact_uri, 'status', l.status, 'model_type', l.model_type,
          'source_run_id', l.source_run_id,
          'tags', (SELECT json_agg(json_build_object('key', x.key, 'value', x.value)
              ORDER BY x.key)
            FROM registry.logged_model_tag x WHERE x.model_id = l.model_id)),
        'data', json_build_object(
          'params', (SELECT json_agg(json_build_object('key', x.key, 'value', x.value)
              ORDER BY x.key)
            FROM registry.logged_model_param x WHERE x.model_id = l.model_id),
          'metrics', (SELECT json_agg(json_build_object('key', x.key, 'value', x.value,
              'timestamp', x.timestamp, 'step', x.step, 'model_id', x.model_id,
              'run_id', x.run_id, 'dataset_name', nullif(x.dataset_name, ''),
              'dataset_digest', nullif(x.dataset_digest, ''))
              ORDER BY x.key, x.timestamp, x.step, x.value)
            FROM registry.logged_model_metric x WHERE x.model_id = l.model_id))))
      """;

  private Json() {}
}
