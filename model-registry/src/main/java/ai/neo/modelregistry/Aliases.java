package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import io.grpc.Status;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.util.Optional;

/**
 * Where aliases point, and where a rollback would take them. The latter is the ledger's: a
 * promotion makes the version it replaces the previous one, and a rollback to a version brings back
 * what was previous to it then. So rolling back twice goes two versions back, and never forward
 * again to the version that was just rejected.
 */
final class Aliases {
  private Aliases() {}

  static Alias get(Database.Session session, String model, String alias) {
    Optional<String> version = version(session, model, alias, "");
    if (version.isEmpty()) {
      Versions.requireModel(session, model);
      throw RegistryException.notFound(
          "The alias '%s' of model '%s' points nowhere; move it to a version first"
              .formatted(alias, model));
    }
    String previous =
        Ledger.lastMove(session, model, alias, Optional.empty())
            .map(Ledger.Move::previous)
            .orElse("");
    return alias(model, alias, version.get(), previous);
  }

  /** Moves the alias when it is where the caller believes, and records it; else changes nothing. */
  static Alias move(Database.Session session, MoveAliasRequest request) {
    String name = request.getModel();
    Ledger.LockedModel model =
        Ledger.lock(session, name).orElseThrow(() -> Versions.unknownModel(name));
    int to = RequestChecks.version("version", request.getVersion());
    Versions.requireExists(session, name, to);
    String from = version(session, name, request.getAlias(), " FOR UPDATE").orElse("");
    if (!from.equals(request.getExpectedVersion())) {
      throw elsewhere(request, from);
    }
    String previous = previousAfter(session, request, from);
    session.run(
        "INSERT INTO registry.alias (model, alias, version) VALUES ($1, $2, $3)"
            + " ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version",
        name,
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
    return alias(name, request.getAlias(), request.getVersion(), previous);
  }

  /** The version that the alias pointed to at a time, by the ledger. */
  static Optional<Integer> at(Database.Session session, String model, String alias, Instant time) {
    Versions.requireModel(session, model);
    return Ledger.lastMoveBy(session, model, alias, time)
        .map(move -> RequestChecks.version("version", move.version()));
  }

  private static String previousAfter(
      Database.Session session, MoveAliasRequest request, String from) {
    if (!request.getAction().equals(Ledger.ROLLBACK)) {
      return from;
    }
    return Ledger.lastMove(
            session, request.getModel(), request.getAlias(), Optional.of(request.getVersion()))
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
