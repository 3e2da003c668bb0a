-- Every feature vector that was computed. It can be rebuilt from recorded market data.
create table feature_vector (
  instrument     text        not null,
  feature_set_id text        not null,
  -- close of the bar at which it was known, nanoseconds since 1970 UTC
  time_ns        bigint      not null,
  -- in the order of the feature set's definition
  vector         real[]      not null,
  written_at     timestamptz not null default now(),
  -- in the order in which history is read
  primary key (instrument, time_ns, feature_set_id)
);
