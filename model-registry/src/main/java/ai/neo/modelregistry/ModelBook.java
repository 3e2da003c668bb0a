package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.MoveAliasRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.util.OptionalInt;

/**
 * What may be done to models, versions and aliases inside one transaction, each with its entry in
 * the ledger. Models are named by their title. Unknown models and versions are NOT_FOUND.
 */
public final class ModelBook {
  private final Database.Session session;
  private final Author author;

  public ModelBook(Database.Session session, Author author) {
    this.session = session;
    this.author = author;
  }

  /** Creates a model without versions; false when its title is taken. */
  public boolean create(String title, String description) {
    return Models.create(session, title, description, author).isPresent();
  }

  /** The champion's version; until the transaction ends, nobody else changes it. */
  public OptionalInt champion(String title) {
    Ledger.LockedModel model = Models.lock(session, title);
    return Aliases.target(session, model.name(), ModelRegistry.CHAMPION);
  }

  /** Gives a model another title; false when that is taken. */
  public boolean rename(String from, String to) {
    Ledger.LockedModel model = Models.lock(session, from);
    boolean renamed = Models.rename(session, model, to);
    if (renamed) {
      append(model, "", Ledger.RENAME, new JsonObject().put("from", from).put("to", to));
    }
    return renamed;
  }

  /** Takes a model, its versions and its aliases out of sight; the ledger keeps them. */
  public void delete(String title) {
    Ledger.LockedModel model = Models.lock(session, title);
    for (String alias : Aliases.of(session, model.name(), 0)) {
      Aliases.remove(session, model, alias, author);
    }
    session.run("UPDATE registry.version_detail SET deleted = true WHERE model = $1", model.name());
    session.run("DELETE FROM registry.model_tag WHERE model = $1", model.name());
    session.run("DELETE FROM registry.version_tag WHERE model = $1", model.name());
    session.run("UPDATE registry.model SET title = NULL WHERE name = $1", model.name());
    append(model, "", Ledger.DELETE, new JsonObject().put("title", title));
  }

  /** Adds the next version of a model that exists, and returns its number. */
  public int register(String title, Registration registration) {
    Ledger.LockedModel model = Models.lock(session, title);
    return Versions.register(session, model.name(), registration);
  }

  /** Takes a version and its aliases out of sight; the ledger keeps it. */
  public void deleteVersion(String title, int version) {
    Ledger.LockedModel model = Models.lock(session, title);
    Versions.requireExists(session, model.name(), version);
    for (String alias : Aliases.of(session, model.name(), version)) {
      Aliases.remove(session, model, alias, author);
    }
    session.run(
        "UPDATE registry.version_detail SET deleted = true WHERE model = $1 AND version = $2",
        model.name(),
        version);
    session.run(
        "UPDATE registry.model SET updated_ms = " + Models.NOW_MS + " WHERE name = $1",
        model.name());
    append(model, Integer.toString(version), Ledger.DELETE, new JsonObject());
  }

  /**
   * Makes the alias point to a version, from wherever it points now.
   *
   * @param alias any but the champion's, which {@link ChampionServing#promote} moves
   */
  public void setAlias(String title, String alias, int version) {
    if (alias.equals(ModelRegistry.CHAMPION)) {
      throw new IllegalArgumentException("a champion is promoted; it is not only named");
    }
    Aliases.set(
        session,
        MoveAliasRequest.newBuilder()
            .setModel(title)
            .setAlias(alias)
            .setVersion(Integer.toString(version))
            .setActor(author.actor())
            .setReason(author.reason())
            .setAction(Ledger.MOVE)
            .build());
  }

  /** Makes the alias point nowhere; nothing to do when it does already. */
  public void removeAlias(String title, String alias) {
    Aliases.remove(session, Models.lock(session, title), alias, author);
  }

  /** Puts a version into a stage; the others of that stage are archived when asked. */
  public void setStage(String title, int version, String stage, boolean archiveOthers) {
    Ledger.LockedModel model = Models.lock(session, title);
    Versions.requireExists(session, model.name(), version);
    if (archiveOthers) {
      for (Row row :
          session.run(
              "SELECT version FROM registry.version_detail WHERE model = $1 AND version <> $2"
                  + " AND stage = $3 AND NOT deleted ORDER BY version",
              model.name(),
              version,
              stage)) {
        moveToStage(model, row.getInteger(0), "Archived");
      }
    }
    moveToStage(model, version, stage);
    session.run(
        "UPDATE registry.model SET updated_ms = " + Models.NOW_MS + " WHERE name = $1",
        model.name());
  }

  private void moveToStage(Ledger.LockedModel model, int version, String stage) {
    String from =
        session
            .run(
                "SELECT stage FROM registry.version_detail WHERE model = $1 AND version = $2",
                model.name(),
                version)
            .iterator()
            .next()
            .getString(0);
    session.run(
        "UPDATE registry.version_detail SET stage = $3, updated_ms = "
            + Models.NOW_MS
            + " WHERE model = $1 AND version = $2",
        model.name(),
        version,
        stage);
    append(
        model,
        Integer.toString(version),
        Ledger.STAGE,
        new JsonObject().put("from", from).put("to", stage));
  }

  private void append(
      Ledger.LockedModel model, String version, String action, JsonObject evidence) {
    Ledger.append(session, model, author.did(version, action, evidence.encode()));
  }
}
