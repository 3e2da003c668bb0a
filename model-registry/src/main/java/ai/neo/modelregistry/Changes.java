package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.LedgerEntry;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * All ledgers' entries in one order. A position becomes visible only after every lower one, since
 * the counter's row is locked from the append until the commit.
 */
final class Changes {
  private Changes() {}

  /**
   * Gives an entry, just appended, its place. The model is locked already: always in this order.
   */
  static void append(Database.Session session, LedgerEntry entry) {
    long position =
        session
            .run("UPDATE registry.stream SET position = position + 1 RETURNING position")
            .iterator()
            .next()
            .getLong(0);
    session.run(
        "INSERT INTO registry.change (position, model, sequence) VALUES ($1, $2, $3)",
        position,
        entry.getModel(),
        entry.getSequence());
    session.changed();
  }

  /** Of the last entry; 0 when there is none. */
  static long position(Database.Session session) {
    return session.run("SELECT position FROM registry.stream").iterator().next().getLong(0);
  }

  /**
   * The next entries behind a position, oldest first.
   *
   * @param model whose alone, by the name it has now; empty for all
   */
  static List<Change> after(Database.Session session, long position, String model, int limit) {
    List<Change> changes = new ArrayList<>();
    for (Row row :
        session.run(
            "SELECT l.sequence, l.time, l.model, l.version, l.action, l.actor, l.reason,"
                + " l.evidence_json, l.previous_hash, l.hash, c.position, coalesce(m.title, '')"
                + " FROM registry.change c JOIN registry.ledger l USING (model, sequence)"
                + " JOIN registry.model m ON m.name = c.model"
                + " WHERE c.position > $1 AND ($2 = '' OR m.title = $2)"
                + " ORDER BY c.position LIMIT $3",
            position,
            model,
            limit)) {
      changes.add(
          Change.newBuilder()
              .setPosition(row.getLong(10))
              .setModel(row.getString(11))
              .setEntry(Ledger.entry(row))
              .build());
    }
    return changes;
  }
}
