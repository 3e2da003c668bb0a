-- What MLflow's clients say about a webhook, and in whose words its events are told.
ALTER TABLE registry.webhook
  ADD COLUMN name        text NOT NULL DEFAULT '',
  ADD COLUMN description text NOT NULL DEFAULT '',
  ADD COLUMN disabled    boolean NOT NULL DEFAULT false,
  ADD COLUMN dialect     text NOT NULL DEFAULT 'neo' CHECK (dialect IN ('neo', 'mlflow')),
  ADD COLUMN created_ms  bigint NOT NULL DEFAULT floor(extract(epoch FROM now()) * 1000)::bigint,
  ADD COLUMN updated_ms  bigint NOT NULL DEFAULT floor(extract(epoch FROM now()) * 1000)::bigint;

-- Who changed them. A webhook belongs to no model, so that this is a chain of its own; its head is
-- kept apart, so that a chain cut off at its end is noticed, and is the lock of whoever appends.
CREATE TABLE registry.webhook_ledger (
  sequence      bigint PRIMARY KEY CHECK (sequence > 0),
  time          timestamptz NOT NULL,
  action        text NOT NULL,
  actor         text NOT NULL,
  reason        text NOT NULL,
  evidence_json text NOT NULL,
  previous_hash text NOT NULL,
  hash          text NOT NULL
);
CREATE TABLE registry.webhook_ledger_head (
  single   boolean PRIMARY KEY DEFAULT true CHECK (single),
  sequence bigint NOT NULL DEFAULT 0,
  hash     text NOT NULL DEFAULT repeat('0', 64),
  time     timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO registry.webhook_ledger_head DEFAULT VALUES;

CREATE TRIGGER webhook_ledger_is_append_only BEFORE UPDATE OR DELETE ON registry.webhook_ledger
  FOR EACH ROW EXECUTE FUNCTION registry.refuse_change();
CREATE TRIGGER webhook_ledger_is_never_emptied BEFORE TRUNCATE ON registry.webhook_ledger
  FOR EACH STATEMENT EXECUTE FUNCTION registry.refuse_change();
