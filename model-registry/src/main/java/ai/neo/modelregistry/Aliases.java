package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import io.grpc.Status;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where aliases point, and where a rollback would take them. The latter is the ledger's: a
 * promotion makes the version it replaces the previous one, and a rollback to a version brings back
 * what was previous to it then. So rolling back twice goes two versions back, and never forward
 * again to the version that was just rejected.
 */
final class Aliases {
  private Aliases() {}

  static Alias get(Database.Session session, String model, String alias) {
    String key = Models.requireKey(session, model);
    Optional<String> version = version(session, key, alias, "");
    if (version.isEmpty()) {
      throw RegistryException.notFound(
          "The alias '%s' of model '%s' points nowhere; move it to a version first"
              .formatted(alias, model));
    }
    String previous =
        Ledger.lastMove(session, key, alias, Optional.empty())
            .map(Ledger.Move::previous)
            .orElse("");
    return alias(model, alias, version.get(), previous).toBuilder()
        .setEpoch(Ledger.moves(session, key, alias))
        .build();
  }

  /** Locks the model and passes when the alias is where the caller believes. */
  static Ledger.LockedModel lockForMove(Database.Session session, MoveAliasRequest request) {
    Ledger.LockedModel model = Models.lock(session, request.getModel());
    String from = version(session, model.name(), request.getAlias(), " FOR UPDATE").orElse("");
    int to = RequestChecks.version("version", request.getVersion());
    Versions.requireExists(session, model.name(), to);
    if (!from.equals(request.getExpectedVersion())) {
      throw elsewhere(request, from);
    }
    requireServable(session, model.name(), request, to);
    return model;
  }

  /**
   * Moves the alias from wherever it is, and records it; where it is there already, nothing is
   * done. {@code expected_version} is not read: the lock makes the two steps one.
   */
  static void set(Database.Session session, MoveAliasRequest request) {
    Ledger.LockedModel model = Models.lock(session, request.getModel());
    String from = version(session, model.name(), request.getAlias(), " FOR UPDATE").orElse("");
    Versions.requireExists(
        session, model.name(), RequestChecks.version("version", request.getVersion()));
    if (!from.equals(request.getVersion())) {
      move(session, model, request.toBuilder().setExpectedVersion(from).build());
    }
  }

  /** Makes the alias point nowhere, and records it; where it does not exist, nothing is done. */
  static void remove(
      Database.Session session, Ledger.LockedModel model, String alias, Author author) {
    Optional<String> from = version(session, model.name(), alias, " FOR UPDATE");
    if (from.isEmpty()) {
      return;
    }
    session.run("DELETE FROM registry.alias WHERE model = $1 AND alias = $2", model.name(), alias);
    Ledger.append(
        session,
        model,
        author.did("", Ledger.MOVE, Ledger.evidenceOfMove(alias, from.get(), "", from.get())));
  }

  /** The aliases that point to a version, or to any when it is 0. */
  static List<String> of(Database.Session session, String key, int version) {
    List<String> aliases = new ArrayList<>();
    for (Row row :
        session.run(
            "SELECT alias FROM registry.alias WHERE model = $1 AND ($2 = 0 OR version = $2)"
                + " ORDER BY alias",
            key,
            version)) {
      aliases.add(row.getString(0));
    }
    return aliases;
  }

  /** The version that the alias points to. */
  static OptionalInt target(Database.Session session, String key, String alias) {
    return version(session, key, alias, "").stream().mapToInt(Integer::parseInt).findFirst();
  }

  /** What {@link #lockForMove} has let pass; only {@link Promotions} may move a champion so. */
  static Alias move(Database.Session session, Ledger.LockedModel model, MoveAliasRequest request) {
    String from = request.getExpectedVersion();
    int to = RequestChecks.version("version", request.getVersion());
    String previous = previousAfter(session, model.name(), request);
    session.run(
        "INSERT INTO registry.alias (model, alias, version) VALUES ($1, $2, $3)"
            + " ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version",
        model.name(),
        request.getAlias(),
        to);
    Ledger.append(
        session,
        model,
        new Ledger.Fact(
            request.getVersion(),
            request.getAction(),
            request.getActor(),
            request.getReason(),
            Ledger.evidenceOfMove(request.getAlias(), from, request.getVersion(), previous)));
    return alias(request.getModel(), request.getAlias(), request.getVersion(), previous).toBuilder()
        .setEpoch(Ledger.moves(session, model.name(), request.getAlias()))
        .build();
  }

  /** What trades must be loadable, whoever says that it shall trade. */
  private static void requireServable(
      Database.Session session, String key, MoveAliasRequest request, int version) {
    if (!request.getAlias().equals(ModelRegistry.CHAMPION)) {
      return;
    }
    String refusal = Versions.refusal(session, key, version);
    if (!refusal.isEmpty()) {
      throw new RegistryException(
          Status.Code.FAILED_PRECONDITION,
          "Version %d of model '%s' cannot become %s: %s"
              .formatted(version, request.getModel(), ModelRegistry.CHAMPION, refusal));
    }
  }

  /** The version that the alias pointed to at a time, by the ledger. */
  static Optional<Integer> at(Database.Session session, String model, String alias, Instant time) {
    return Ledger.lastMoveBy(session, Models.requireKey(session, model), alias, time)
        .filter(move -> !move.version().isEmpty())
        .map(move -> RequestChecks.version("version", move.version()));
  }

  private static String previousAfter(
      Database.Session session, String key, MoveAliasRequest request) {
    if (!request.getAction().equals(Ledger.ROLLBACK)) {
      return request.getExpectedVersion();
    }
    return Ledger.lastMove(session, key, request.getAlias(), Optional.of(request.getVersion()))
        .map(Ledger.Move::previous)
        .orElseThrow(
            () ->
                RegistryException.invalid(
                    "The alias '%s' of model '%s' never pointed to version %s, so moving it there"
                            .formatted(request.getAlias(), request.getModel(), request.getVersion())
                        + " is no rollback; use action=promote"));
  }

  private static Optional<String> version(
      Database.Session session, String model, String alias, String lock) {
    RowSet<Row> rows =
        session.run(
            "SELECT version FROM registry.alias WHERE model = $1 AND alias = $2" + lock,
            model,
            alias);
    return rows.size() == 0
        ? Optional.empty()
        : Optional.of(Integer.toString(rows.iterator().next().getInteger(0)));
  }

  private static RegistryException elsewhere(MoveAliasRequest request, String actual) {
    String expected = request.getExpectedVersion();
    if (expected.isEmpty()) {
      return new RegistryException(
          Status.Code.ALREADY_EXISTS,
          "The alias '%s' of model '%s' exists and points to version %s; to move it, state that as"
                  .formatted(request.getAlias(), request.getModel(), actual)
              + " expected_version");
    }
    String where = actual.isEmpty() ? "points nowhere" : "points to version " + actual;
    return new RegistryException(
        Status.Code.ABORTED,
        "The alias '%s' of model '%s' %s, not to version %s: somebody else moved it. Read it again"
                .formatted(request.getAlias(), request.getModel(), where, expected)
            + " and decide anew");
  }

  private static Alias alias(String model, String alias, String version, String previous) {
    return Alias.newBuilder()
        .setModel(model)
        .setAlias(alias)
        .setVersion(version)
        .setPreviousVersion(previous)
        .build();
  }
}
