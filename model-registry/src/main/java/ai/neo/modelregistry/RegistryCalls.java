package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.artifact.ArtifactRefusedException;
import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.AliasAt;
import ai.neo.proto.registry.v1.AliasAtRequest;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ListVersionsResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.VerifyRequest;
import ai.neo.proto.registry.v1.VerifyResponse;
import ai.neo.proto.registry.v1.VersionName;
import io.grpc.Status;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each call does, blocking. Refusals and failures are {@link RegistryException}s. */
final class RegistryCalls {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryCalls.class);

  private final Database database;
  private final ArtifactStore artifacts;
  private final Promotions promotions;

  RegistryCalls(Database database, ArtifactStore artifacts, RegistryPolicy policy) {
    this.database = database;
    this.artifacts = artifacts;
    this.promotions = new Promotions(policy);
  }

  ModelVersion register(RegisterRequest request) {
    RequestChecks.check(request);
    ArtifactFormat format = admitted(request);
    // Before the artifact is written, so that a refused request leaves nothing behind.
    database.inTransaction(session -> requireFits(session, request));
    Registration.Content stored =
        Registration.Content.admitted(
            artifacts.put(request.getArtifact()), format, request.getArtifact().size());
    ModelVersion version =
        database.inTransaction(session -> Versions.register(session, request, stored));
    LOG.info(
        "version registered: model={} version={} format={} digest={} size_bytes={}",
        version.getModel(),
        version.getVersion(),
        version.getFormat(),
        version.getDigest(),
        version.getSizeBytes());
    return version;
  }

  private static ArtifactFormat admitted(RegisterRequest request) {
    try {
      return ArtifactFormat.admit(request.getArtifact(), request.getFormat());
    } catch (ArtifactRefusedException e) {
      throw new RegistryException(Status.Code.INVALID_ARGUMENT, e.getMessage(), e);
    }
  }

  private static RegisterRequest requireFits(Database.Session session, RegisterRequest request) {
    String parent = request.getParentVersion();
    if (Models.key(session, request.getModel()).isEmpty()) {
      RequestChecks.newModel(request.getModel());
    }
    if (!parent.isEmpty()) {
      Versions.parent(session, Models.requireKey(session, request.getModel()), parent);
    }
    return request;
  }

  ModelVersion getVersion(VersionName name) {
    RequestChecks.model(name.getModel());
    int version = RequestChecks.version("version", name.getVersion());
    return database.inTransaction(
        session -> Versions.get(session, Models.requireKey(session, name.getModel()), version));
  }

  ListVersionsResponse listVersions(ListVersionsRequest request) {
    RequestChecks.model(request.getModel());
    return ListVersionsResponse.newBuilder()
        .addAllVersions(
            database.inTransaction(
                session -> Versions.list(session, Models.requireKey(session, request.getModel()))))
        .build();
  }

  Artifact fetchArtifact(VersionName name) {
    ModelVersion version = getVersion(name);
    if (version.getFormat().equals(Registration.Content.OPAQUE)) {
      throw new RegistryException(Status.Code.FAILED_PRECONDITION, refusal(name));
    }
    return Artifact.newBuilder()
        .setVersion(version)
        .setContent(artifacts.get(version.getDigest()))
        .build();
  }

  private String refusal(VersionName name) {
    int version = RequestChecks.version("version", name.getVersion());
    return database.inTransaction(
        session ->
            "Version %d of model '%s' is kept and never loaded: %s"
                .formatted(
                    version,
                    name.getModel(),
                    Versions.refusal(
                        session, Models.requireKey(session, name.getModel()), version)));
  }

  Alias moveAlias(MoveAliasRequest request) {
    RequestChecks.check(request);
    Promotions.Outcome outcome =
        database.inTransaction(session -> promotions.move(session, request));
    Alias alias =
        switch (outcome) {
          case Promotions.Outcome.Moved moved -> moved.alias();
          // Thrown only now, so that the ledger keeps what the gates said.
          case Promotions.Outcome.Refused refused ->
              throw RegistryException.refused(refused.message());
        };
    LOG.info(
        "alias moved: model={} alias={} action={} from={} to={}",
        alias.getModel(),
        alias.getAlias(),
        request.getAction(),
        request.getExpectedVersion(),
        alias.getVersion());
    return alias;
  }

  /**
   * As {@link #moveAlias(MoveAliasRequest)}, but a champion is moved by whoever answers with it. A
   * rollback is not: it leads to what was loaded once, and must not wait for anybody.
   */
  Alias moveAlias(MoveAliasRequest request, ChampionServing champions) {
    if (!request.getAlias().equals(ModelRegistry.CHAMPION)
        || request.getAction().equals(Ledger.ROLLBACK)) {
      return moveAlias(request);
    }
    RequestChecks.check(request);
    // What is wrong already is said at once; the locks end here, as the asked one needs them.
    database.inTransaction(session -> Aliases.lockForMove(session, request));
    champions.promote(
        request.getModel(),
        request.getVersion(),
        request.getExpectedVersion(),
        new Author(request.getActor(), request.getReason()));
    return getAlias(
        AliasName.newBuilder()
            .setModel(request.getModel())
            .setAlias(ModelRegistry.CHAMPION)
            .build());
  }

  OptionalInt champion(String model) {
    RequestChecks.model(model);
    return database.inSnapshot(
        session ->
            Aliases.target(session, Models.requireKey(session, model), ModelRegistry.CHAMPION));
  }

  Alias getAlias(AliasName name) {
    RequestChecks.model(name.getModel());
    RequestChecks.alias(name.getAlias());
    return database.inSnapshot(session -> Aliases.get(session, name.getModel(), name.getAlias()));
  }

  Optional<ModelVersion> aliasAt(String model, String alias, Instant time) {
    RequestChecks.model(model);
    RequestChecks.alias(alias);
    return database.inSnapshot(
        session ->
            Aliases.at(session, model, alias, time)
                .map(version -> Versions.get(session, Models.requireKey(session, model), version)));
  }

  AliasAt aliasAt(AliasAtRequest request) {
    RequestChecks.model(request.getModel());
    String alias = request.getAlias().isEmpty() ? ModelRegistry.CHAMPION : request.getAlias();
    RequestChecks.alias(alias);
    Instant time = RequestChecks.time("time", request.getTime());
    return database.inSnapshot(
        session -> {
          String key = Models.requireKey(session, request.getModel());
          return Ledger.aliasAt(session, key, alias, time)
              .map(found -> found.toBuilder().setModel(request.getModel()).build())
              .orElseThrow(
                  () ->
                      RegistryException.notFound(
                          "The alias '%s' of model '%s' pointed nowhere at %s"
                              .formatted(alias, request.getModel(), time)));
        });
  }

  VerifyResponse verify(VerifyRequest request) {
    return Verification.of(database, artifacts, request);
  }

  HistoryResponse history(HistoryRequest request) {
    RequestChecks.check(request);
    return database.inSnapshot(session -> Ledger.history(session, request));
  }

  LedgerEntry record(RecordRequest request) {
    RequestChecks.check(request, Ledger.OWN);
    return database.inTransaction(
        session -> {
          Ledger.LockedModel model = Models.lock(session, request.getModel());
          if (!request.getVersion().isEmpty()) {
            int version = RequestChecks.version("version", request.getVersion());
            Versions.requireExists(session, model.name(), version);
          }
          return Ledger.append(
              session,
              model,
              new Ledger.Fact(
                  request.getVersion(),
                  request.getAction(),
                  request.getActor(),
                  request.getReason(),
                  request.getEvidenceJson()));
        });
  }
}
