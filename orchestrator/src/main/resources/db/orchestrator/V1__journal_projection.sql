-- A projection of the journal: it can be dropped and is then rebuilt from the journal.
-- Money, prices and quantities are exact: integers in units of 1e-8.

CREATE TABLE projected (
  run_id     text   PRIMARY KEY,
  sequence   bigint NOT NULL
);

CREATE TABLE run (
  run_id     text        PRIMARY KEY,
  started_at timestamptz NOT NULL,
  settings   jsonb       NOT NULL
);

CREATE TABLE decision (
  run_id          text        NOT NULL,
  id              bigint      NOT NULL,
  time            timestamptz NOT NULL,
  instrument      text        NOT NULL,
  strategy        text        NOT NULL,
  action          text        NOT NULL,
  reason          text        NOT NULL,
  prediction_id   bigint      NOT NULL,
  model_version   text        NOT NULL,
  confidence      double precision,
  fallback        boolean     NOT NULL,
  verdict         text        NOT NULL,
  rule            text        NOT NULL,
  risk_limit      text        NOT NULL,
  observed        text        NOT NULL,
  client_order_id text        NOT NULL,
  PRIMARY KEY (run_id, id)
);

CREATE TABLE prediction (
  run_id     text        NOT NULL,
  id         bigint      NOT NULL,
  time       timestamptz NOT NULL,
  instrument text        NOT NULL,
  model      text        NOT NULL,
  version    text        NOT NULL,
  digest     text        NOT NULL,
  sell       real        NOT NULL,
  hold       real        NOT NULL,
  buy        real        NOT NULL,
  latency_ns bigint      NOT NULL,
  PRIMARY KEY (run_id, id)
);

CREATE TABLE trade_order (
  run_id          text        NOT NULL,
  client_order_id text        NOT NULL,
  time            timestamptz NOT NULL,
  instrument      text        NOT NULL,
  strategy        text        NOT NULL,
  side            text        NOT NULL,
  type            text        NOT NULL,
  quantity_e8     bigint      NOT NULL,
  limit_price_e8  bigint      NOT NULL,
  decision_id     bigint      NOT NULL,
  status          text        NOT NULL,
  filled_e8       bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (run_id, client_order_id)
);

CREATE TABLE fill (
  run_id          text        NOT NULL,
  venue           text        NOT NULL,
  trade_id        text        NOT NULL,
  client_order_id text        NOT NULL,
  time            timestamptz NOT NULL,
  instrument      text        NOT NULL,
  strategy        text        NOT NULL,
  side            text        NOT NULL,
  price_e8        bigint      NOT NULL,
  quantity_e8     bigint      NOT NULL,
  fee_e8          bigint      NOT NULL,
  sequence        bigint      NOT NULL,
  PRIMARY KEY (run_id, venue, trade_id)
);

CREATE TABLE model_change (
  run_id           text        NOT NULL,
  sequence         bigint      NOT NULL,
  time             timestamptz NOT NULL,
  kind             text        NOT NULL,
  model            text        NOT NULL,
  version          text        NOT NULL,
  digest           text        NOT NULL,
  previous_version text        NOT NULL,
  epoch            bigint      NOT NULL,
  reason           text        NOT NULL,
  PRIMARY KEY (run_id, sequence)
);
