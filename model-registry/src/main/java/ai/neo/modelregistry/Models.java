package ai.neo.modelregistry;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.Optional;

/**
 * The models: each has a title, by which callers name it and which may change, and a key, which its
 * ledger holds and which never does. They are equal until a model is renamed, or made anew after a
 * deletion. A deleted model loses its title; its key and its ledger stay.
 */
final class Models {
  /**
   * When a statement began by the database's clock, in milliseconds since 1970, as an expression of
   * SQL.
   */
  static final String NOW_MS = "(floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)";

  private Models() {}

  static Optional<String> key(Database.Session session, String title) {
    RowSet<Row> rows = session.run("SELECT name FROM registry.model WHERE title = $1", title);
    return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next().getString(0));
  }

  static String requireKey(Database.Session session, String title) {
    return key(session, title).orElseThrow(() -> Versions.unknownModel(title));
  }

  /**
   * Creates a model without versions, as the first entry of its ledger, and returns its key; empty
   * when the title is taken.
   */
  static Optional<String> create(
      Database.Session session, String title, String description, Author author) {
    Optional<String> key = insert(session, title, description);
    key.flatMap(created -> Ledger.lock(session, created))
        .ifPresent(
            model ->
                Ledger.append(
                    session,
                    model,
                    author.did("", Ledger.CREATE, new JsonObject().put("title", title).encode())));
    return key;
  }

  private static Optional<String> insert(
      Database.Session session, String title, String description) {
    String key = title;
    for (int attempt = 2; ; attempt++) {
      int created =
          session
              .run(
                  "INSERT INTO registry.model (name, title, description, created_ms, updated_ms)"
                      + " VALUES ($1, $2, $3, "
                      + NOW_MS
                      + ", "
                      + NOW_MS
                      + ") ON CONFLICT DO NOTHING",
                  key,
                  title,
                  description)
              .rowCount();
      if (created == 1) {
        return Optional.of(key);
      }
      if (key(session, title).isPresent()) {
        return Optional.empty();
      }
      // An earlier model, deleted or renamed, has left its ledger under this key.
      key = title + "~" + attempt;
    }
  }

  /** Locks the model that has this title now. */
  static Ledger.LockedModel lock(Database.Session session, String title) {
    String key = requireKey(session, title);
    Ledger.LockedModel model =
        Ledger.lock(session, key).orElseThrow(() -> Versions.unknownModel(title));
    // It may have been renamed or deleted while we waited for the lock.
    if (!key(session, title).equals(Optional.of(key))) {
      throw Versions.unknownModel(title);
    }
    return model;
  }

  /** Gives the model another title; false when that is taken. */
  static boolean rename(Database.Session session, Ledger.LockedModel model, String to) {
    if (key(session, to).isPresent()) {
      return false;
    }
    session.run(
        "UPDATE registry.model SET title = $2, updated_ms = " + NOW_MS + " WHERE name = $1",
        model.name(),
        to);
    session.run(
        "UPDATE registry.version_detail SET updated_ms = " + NOW_MS + " WHERE model = $1",
        model.name());
    return true;
  }
}
