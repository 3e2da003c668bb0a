-- One order over the ledgers of all models, for those that follow them. The one row of `stream` is
-- locked by whoever appends until it commits, so that positions become visible in their order and
-- nobody who reads on from one can miss a later commit with a lower number.
CREATE TABLE registry.stream (
  single   boolean PRIMARY KEY DEFAULT true CHECK (single),
  position bigint NOT NULL
);
CREATE TABLE registry.change (
  position bigint PRIMARY KEY,
  model    text NOT NULL,
  sequence bigint NOT NULL,
  UNIQUE (model, sequence)
);
INSERT INTO registry.change (position, model, sequence)
  SELECT row_number() OVER (ORDER BY time, model, sequence), model, sequence FROM registry.ledger;
INSERT INTO registry.stream (position) SELECT count(*) FROM registry.change;

CREATE TRIGGER change_is_append_only BEFORE UPDATE OR DELETE ON registry.change
  FOR EACH ROW EXECUTE FUNCTION registry.refuse_change();
CREATE TRIGGER change_is_never_emptied BEFORE TRUNCATE ON registry.change
  FOR EACH STATEMENT EXECUTE FUNCTION registry.refuse_change();

-- What the version was made of, as JSON; '' where nobody said.
ALTER TABLE registry.version ADD COLUMN lineage_json text NOT NULL DEFAULT '';

CREATE TABLE registry.artifact_signature (
  digest    text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
  key_id    text NOT NULL,
  signature bytea NOT NULL,
  PRIMARY KEY (digest, key_id)
);

-- What evaluators measured: the message as it came, so that its signature can be checked again.
CREATE TABLE registry.evaluation (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  model              text NOT NULL,
  version            integer NOT NULL,
  digest             text NOT NULL,
  dataset_digest     text NOT NULL,
  champion_digest    text NOT NULL,
  key_id             text NOT NULL,
  content            bytea NOT NULL,
  UNIQUE (model, version, dataset_digest, champion_digest, key_id),
  FOREIGN KEY (model, version) REFERENCES registry.version (model, version)
);

-- A promotion that somebody asked for, or whose gates somebody waived; it is used once.
CREATE TABLE registry.promotion_request (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('request', 'waiver')),
  model        text NOT NULL,
  version      integer NOT NULL,
  digest       text NOT NULL,
  requested_by text NOT NULL,
  approved_by  text NOT NULL DEFAULT '',
  expires_at   timestamptz NOT NULL,
  used         boolean NOT NULL DEFAULT false,
  FOREIGN KEY (model, version) REFERENCES registry.version (model, version),
  CHECK (approved_by <> requested_by)
);
CREATE INDEX promotion_request_by_version ON registry.promotion_request (model, version);

-- A webhook is at a position of the stream, which is its outbox: it moves on once the receiver has
-- answered, so that a crash repeats an event and loses none.
CREATE TABLE registry.webhook (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  url                text NOT NULL,
  events             text[] NOT NULL,
  model              text NOT NULL,
  secret             text NOT NULL,
  delivered_position bigint NOT NULL,
  failures           integer NOT NULL DEFAULT 0,
  last_error         text NOT NULL DEFAULT '',
  next_attempt_at    timestamptz NOT NULL DEFAULT '-infinity'
);
