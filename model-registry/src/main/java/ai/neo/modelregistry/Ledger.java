package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.AliasAt;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The append-only record of what was registered, moved and found out, one hash chain per model.
 * Every append happens under the lock of {@link #lock}, so sequences have no gap and times never go
 * back.
 */
final class Ledger {
  /** Actions that move an alias; their evidence names the alias and both ends of the move. */
  static final Set<String> MOVES =
      Collections.unmodifiableSortedSet(new TreeSet<>(List.of("move", "promote", "rollback")));

  static final String REGISTER = "register";
  static final String ROLLBACK = "rollback";
  static final String MOVE = "move";
  static final String PROMOTE = "promote";
  static final String CREATE = "create";
  static final String RENAME = "rename";
  static final String STAGE = "stage";
  static final String DELETE = "delete";
  static final String GATE_PASSED = "promotion-gate-passed";
  static final String GATE_REFUSED = "promotion-gate-refused";
  static final String GATE_WAIVED = "promotion-gate-waived";
  static final String REQUESTED = "promotion-requested";
  static final String APPROVED = "promotion-approved";
  static final String FORCED = "promotion-forced";
  static final String EVALUATION = "evaluation";
  static final String SIGNATURE = "signature";

  /** What the registry alone writes, each when it does the thing. */
  static final Set<String> OWN =
      Set.of(
          MOVE,
          PROMOTE,
          ROLLBACK,
          REGISTER,
          CREATE,
          RENAME,
          STAGE,
          DELETE,
          GATE_PASSED,
          GATE_REFUSED,
          GATE_WAIVED,
          REQUESTED,
          APPROVED,
          FORCED,
          EVALUATION,
          SIGNATURE);

  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

  private Ledger() {}

  /** A model whose row this transaction holds locked. */
  record LockedModel(String name, int latestVersion) {}

  /** What is to be recorded; the ledger adds sequence, time and hashes. */
  record Fact(String version, String action, String actor, String reason, String evidenceJson) {}

  /** An alias as its last move left it; empty texts for nowhere. */
  record Move(String version, String previous) {}

  /** Locks the model until the transaction ends; empty when there is none of that name. */
  static Optional<LockedModel> lock(Database.Session session, String model) {
    RowSet<Row> rows =
        session.run("SELECT latest_version FROM registry.model WHERE name = $1 FOR UPDATE", model);
    return rows.size() == 0
        ? Optional.empty()
        : Optional.of(new LockedModel(model, rows.iterator().next().getInteger(0)));
  }

  static LedgerEntry append(Database.Session session, LockedModel model, Fact fact) {
    Row head =
        session
            .run(
                "SELECT ledger_sequence, ledger_hash, greatest(clock_timestamp(), ledger_time)"
                    + " FROM registry.model WHERE name = $1",
                model.name())
            .iterator()
            .next();
    OffsetDateTime time = head.getOffsetDateTime(2);
    LedgerEntry unsealed =
        LedgerEntry.newBuilder()
            .setSequence(head.getLong(0) + 1)
            .setTime(time.toInstant().toString())
            .setModel(model.name())
            .setVersion(fact.version())
            .setAction(fact.action())
            .setActor(fact.actor())
            .setReason(fact.reason())
            .setEvidenceJson(fact.evidenceJson())
            .setPreviousHash(head.getString(1))
            .build();
    LedgerEntry entry = unsealed.toBuilder().setHash(LedgerChain.hashOf(unsealed)).build();
    session.run(
        "INSERT INTO registry.ledger (model, sequence, time, version, action, actor, reason,"
            + " evidence_json, previous_hash, hash)"
            + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        entry.getModel(),
        entry.getSequence(),
        time,
        entry.getVersion(),
        entry.getAction(),
        entry.getActor(),
        entry.getReason(),
        entry.getEvidenceJson(),
        entry.getPreviousHash(),
        entry.getHash());
    session.run(
        "UPDATE registry.model SET ledger_sequence = $2, ledger_hash = $3, ledger_time = $4"
            + " WHERE name = $1",
        model.name(),
        entry.getSequence(),
        entry.getHash(),
        time);
    Changes.append(session, entry);
    return entry;
  }

  /** The evidence of an alias's move. */
  static String evidenceOfMove(String alias, String from, String to, String previous) {
    return new JsonObject()
        .put("alias", alias)
        .put("from", from)
        .put("to", to)
        .put("previous", previous)
        .encode();
  }

  /** The last move of an alias, or the last that brought it to {@code version}. */
  static Optional<Move> lastMove(
      Database.Session session, String model, String alias, Optional<String> version) {
    RowSet<Row> rows =
        session.run(
            "SELECT version, evidence_json FROM registry.ledger WHERE model = $1 AND alias = $2"
                + " AND ($3::text IS NULL OR version = $3) ORDER BY sequence DESC LIMIT 1",
            model,
            alias,
            version.orElse(null));
    return firstMove(rows);
  }

  /** How many times an alias has moved, removals included. */
  static long moves(Database.Session session, String model, String alias) {
    return session
        .run("SELECT count(*) FROM registry.ledger WHERE model = $1 AND alias = $2", model, alias)
        .iterator()
        .next()
        .getLong(0);
  }

  /** The last move of an alias that was made at or before a time. */
  static Optional<Move> lastMoveBy(
      Database.Session session, String model, String alias, Instant time) {
    RowSet<Row> rows =
        session.run(
            "SELECT version, evidence_json FROM registry.ledger WHERE model = $1 AND alias = $2"
                + " AND time <= $3 ORDER BY sequence DESC LIMIT 1",
            model,
            alias,
            time.atOffset(ZoneOffset.UTC));
    return firstMove(rows);
  }

  /** Where an alias pointed at a time, with the move that brought it there and the next one. */
  static Optional<AliasAt> aliasAt(
      Database.Session session, String model, String alias, Instant time) {
    List<LedgerEntry> moves = new ArrayList<>();
    String until = "";
    for (Row row :
        session.run(
            "SELECT sequence, time, model, version, action, actor, reason, evidence_json,"
                + " previous_hash, hash FROM registry.ledger WHERE model = $1 AND alias = $2"
                + " ORDER BY sequence",
            model,
            alias)) {
      LedgerEntry move = entry(row);
      if (Instant.parse(move.getTime()).isAfter(time)) {
        until = move.getTime();
        break;
      }
      moves.add(move);
    }
    if (moves.isEmpty() || moves.getLast().getVersion().isEmpty()) {
      return Optional.empty();
    }
    LedgerEntry move = moves.getLast();
    return Optional.of(
        AliasAt.newBuilder()
            .setAlias(alias)
            .setTime(time.toString())
            .setVersion(move.getVersion())
            .setDigest(registeredDigest(session, model, move.getVersion()))
            .setEpoch(moves.size())
            .setMove(move)
            .setUntil(until)
            .build());
  }

  private static String registeredDigest(Database.Session session, String model, String version) {
    RowSet<Row> rows =
        session.run(
            "SELECT evidence_json::jsonb ->> 'digest' FROM registry.ledger WHERE model = $1"
                + " AND version = $2 AND action = 'register'",
            model,
            version);
    return rows.size() == 0 ? "" : rows.iterator().next().getString(0);
  }

  private static Optional<Move> firstMove(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return Optional.empty();
    }
    Row row = rows.iterator().next();
    String previous = new JsonObject(row.getString(1)).getString("previous", "");
    return Optional.of(new Move(row.getString(0), previous));
  }

  /** Entries of a model that exists, from a snapshot; the whole chain is checked each time. */
  static HistoryResponse history(Database.Session session, HistoryRequest request) {
    String model = Models.requireKey(session, request.getModel());
    List<LedgerEntry> entries = new ArrayList<>();
    for (Row row :
        session.run(
            "SELECT sequence, time, model, version, action, actor, reason, evidence_json,"
                + " previous_hash, hash FROM registry.ledger WHERE model = $1 ORDER BY sequence",
            model)) {
      entries.add(entry(row));
    }
    boolean intact = isIntact(session, model, entries) && isObeyed(session, model);
    return HistoryResponse.newBuilder()
        .addAllEntries(
            entries.stream()
                .filter(entry -> entry.getSequence() > request.getAfterSequence())
                .limit(request.getLimit() == 0 ? Long.MAX_VALUE : request.getLimit())
                .toList())
        .setChainIntact(intact)
        .build();
  }

  /** Whether versions and aliases are what the ledger, itself intact, says they are. */
  private static boolean isObeyed(Database.Session session, String model) {
    Row row =
        session
            .run(
                """
                SELECT
                  (SELECT count(*) FROM registry.version v
                    LEFT JOIN registry.ledger l ON l.model = v.model
                      AND l.version = v.version::text AND l.action = 'register'
                    WHERE v.model = $1 AND (
                      l.evidence_json::jsonb ->> 'digest' IS DISTINCT FROM v.digest
                      OR l.evidence_json::jsonb ->> 'format' IS DISTINCT FROM v.format
                      OR l.evidence_json::jsonb ->> 'feature_set_id'
                        IS DISTINCT FROM v.feature_set_id
                      OR l.evidence_json::jsonb -> 'lineage'
                        IS DISTINCT FROM nullif(v.lineage_json, '')::jsonb
                      OR coalesce(l.evidence_json::jsonb ->> 'golden_rows', '') IS DISTINCT FROM
                        CASE v.golden_rows WHEN '' THEN ''
                          ELSE encode(sha256(v.golden_rows), 'hex') END)),
                  (SELECT count(*) FROM
                    (SELECT alias, version::text FROM registry.alias WHERE model = $1) a
                    FULL JOIN
                    (SELECT DISTINCT ON (alias) alias, version FROM registry.ledger
                      WHERE model = $1 AND alias IS NOT NULL
                      ORDER BY alias, sequence DESC) l USING (alias)
                    WHERE a.version IS DISTINCT FROM nullif(l.version, ''))
                """,
                model)
            .iterator()
            .next();
    boolean obeyed = row.getLong(0) == 0 && row.getLong(1) == 0;
    if (!obeyed) {
      LOG.error(
          "rows contradict the ledger: model={} versions={} aliases={}",
          model,
          row.getLong(0),
          row.getLong(1));
    }
    return obeyed;
  }

  /** The chain itself, and that its end is where the model's row says it is. */
  private static boolean isIntact(
      Database.Session session, String model, List<LedgerEntry> entries) {
    OptionalLong broken = LedgerChain.firstBroken(entries);
    if (broken.isPresent()) {
      LOG.error("ledger has been tampered with: model={} sequence={}", model, broken.getAsLong());
      return false;
    }
    Row head =
        session
            .run("SELECT ledger_sequence, ledger_hash FROM registry.model WHERE name = $1", model)
            .iterator()
            .next();
    String end = entries.isEmpty() ? LedgerChain.GENESIS : entries.getLast().getHash();
    boolean whole = head.getLong(0) == entries.size() && head.getString(1).equals(end);
    if (!whole) {
      LOG.error(
          "ledger has been cut off: model={} entries={} expected={}",
          model,
          entries.size(),
          head.getLong(0));
    }
    return whole;
  }

  static LedgerEntry entry(Row row) {
    return LedgerEntry.newBuilder()
        .setSequence(row.getLong(0))
        .setTime(row.getOffsetDateTime(1).toInstant().toString())
        .setModel(row.getString(2))
        .setVersion(row.getString(3))
        .setAction(row.getString(4))
        .setActor(row.getString(5))
        .setReason(row.getString(6))
        .setEvidenceJson(row.getString(7))
        .setPreviousHash(row.getString(8))
        .setHash(row.getString(9))
        .build();
  }
}
