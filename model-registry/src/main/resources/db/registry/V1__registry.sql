-- One row per model. It is also the lock that every write to the model takes, which makes version
-- numbers and ledger sequences gapless, and it holds the head of the ledger's chain, so that a
-- ledger cut off at its end is noticed.
CREATE TABLE registry.model (
  name            text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  latest_version  integer NOT NULL DEFAULT 0,
  ledger_sequence bigint NOT NULL DEFAULT 0,
  ledger_hash     text NOT NULL DEFAULT repeat('0', 64),
  ledger_time     timestamptz NOT NULL DEFAULT '-infinity'
);

CREATE TABLE registry.version (
  model            text NOT NULL REFERENCES registry.model (name),
  version          integer NOT NULL CHECK (version > 0),
  digest           text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
  format           text NOT NULL,
  size_bytes       bigint NOT NULL,
  feature_set_id   text NOT NULL,
  parent_version   integer,
  data_description text NOT NULL,
  metric_names     text[] NOT NULL,
  metric_values    double precision[] NOT NULL,
  created_at       timestamptz NOT NULL,
  created_by       text NOT NULL,
  PRIMARY KEY (model, version),
  FOREIGN KEY (model, parent_version) REFERENCES registry.version (model, version),
  CHECK (parent_version < version),
  CHECK (cardinality(metric_names) = cardinality(metric_values))
);

CREATE TABLE registry.alias (
  model   text NOT NULL,
  alias   text NOT NULL CHECK (alias ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  version integer NOT NULL,
  PRIMARY KEY (model, alias),
  FOREIGN KEY (model, version) REFERENCES registry.version (model, version)
);
CREATE INDEX alias_by_version ON registry.alias (model, version);

-- Sequences are per model. The hash covers every field but `alias`, which is only an index into
-- the evidence of the three actions that move an alias.
CREATE TABLE registry.ledger (
  model         text NOT NULL REFERENCES registry.model (name),
  sequence      bigint NOT NULL CHECK (sequence > 0),
  time          timestamptz NOT NULL,
  version       text NOT NULL,
  action        text NOT NULL,
  actor         text NOT NULL,
  reason        text NOT NULL,
  evidence_json text NOT NULL,
  previous_hash text NOT NULL,
  hash          text NOT NULL,
  alias         text GENERATED ALWAYS AS (
    CASE WHEN action IN ('promote', 'rollback', 'move') THEN evidence_json::jsonb ->> 'alias' END
  ) STORED,
  PRIMARY KEY (model, sequence)
);
CREATE INDEX ledger_by_alias ON registry.ledger (model, alias, sequence) WHERE alias IS NOT NULL;

CREATE FUNCTION registry.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on registry.% is forbidden: what was recorded stays recorded',
    TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON registry.ledger
  FOR EACH ROW EXECUTE FUNCTION registry.refuse_change();
CREATE TRIGGER ledger_is_never_emptied BEFORE TRUNCATE ON registry.ledger
  FOR EACH STATEMENT EXECUTE FUNCTION registry.refuse_change();
CREATE TRIGGER version_never_changes BEFORE UPDATE OR DELETE ON registry.version
  FOR EACH ROW EXECUTE FUNCTION registry.refuse_change();
CREATE TRIGGER version_is_never_emptied BEFORE TRUNCATE ON registry.version
  FOR EACH STATEMENT EXECUTE FUNCTION registry.refuse_change();
