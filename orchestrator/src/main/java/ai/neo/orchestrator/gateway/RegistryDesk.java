package ai.neo.orchestrator.gateway;

import ai.neo.proto.registry.v1.AliasAt;
import ai.neo.proto.registry.v1.AliasAtRequest;
import ai.neo.proto.registry.v1.Approval;
import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.ArtifactSignature;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.GateResult;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.PendingPromotion;
import ai.neo.proto.registry.v1.Problem;
import ai.neo.proto.registry.v1.PromotionRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.SignArtifactRequest;
import ai.neo.proto.registry.v1.VerifyRequest;
import ai.neo.proto.registry.v1.VerifyResponse;
import ai.neo.proto.registry.v1.VersionName;
import ai.neo.proto.signing.SigningKey;
import ai.neo.proto.signing.Statements;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** What a person asks of the registry about one model, beyond {@link RegistryView}. Blocking. */
public final class RegistryDesk {
  private static final long SECONDS = 30;

  private final Channel channel;
  private final String model;

  /**
   * @param channel to a registry, or to a gateway that passes its calls on
   */
  public RegistryDesk(Channel channel, String model) {
    this.channel = channel;
    this.model = model;
  }

  private RegistryServiceGrpc.RegistryServiceBlockingStub registry() {
    return RegistryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private VersionName name(String version) {
    return VersionName.newBuilder().setModel(model).setVersion(version).build();
  }

  /** Who was champion at a time. */
  public JsonObject championAt(String time) {
    AliasAt at =
        registry().getAliasAt(AliasAtRequest.newBuilder().setModel(model).setTime(time).build());
    return new JsonObject()
        .put("model", at.getModel())
        .put("alias", at.getAlias())
        .put("time", at.getTime())
        .put("version", at.getVersion())
        .put("digest", at.getDigest())
        .put("epoch", at.getEpoch())
        .put("since", at.getMove().getTime())
        .put("until", at.getUntil())
        .put("action", at.getMove().getAction())
        .put("actor", at.getMove().getActor())
        .put("reason", at.getMove().getReason())
        .put("ledger_sequence", at.getMove().getSequence())
        .put("ledger_hash", at.getMove().getHash());
  }

  /** What each gate would say to a promotion now, and what of the version waits to be approved. */
  public JsonObject gates(String version, Instant now) {
    JsonArray results = new JsonArray();
    boolean passed = true;
    for (GateResult result : registry().checkGates(name(version)).getResultsList()) {
      passed &= result.getPassed();
      results.add(
          new JsonObject()
              .put("gate", result.getGate())
              .put("passed", result.getPassed())
              .put("limit", result.getLimit())
              .put("observed", result.getObserved()));
    }
    JsonArray waiting = new JsonArray();
    WaitingPromotions.of(
            registry()
                .history(HistoryRequest.newBuilder().setModel(model).build())
                .getEntriesList(),
            now)
        .stream()
        .map(JsonObject.class::cast)
        .filter(one -> one.getString("version").equals(version))
        .forEach(waiting::add);
    return new JsonObject()
        .put("model", model)
        .put("version", version)
        .put("passed", passed)
        .put("gates", results)
        .put("waiting", waiting);
  }

  /** Asks for a promotion that somebody else approves. */
  public JsonObject request(String version, String actor, String reason) {
    return pending(registry().requestPromotion(promotion(version, actor, reason)));
  }

  /** Lets the next promotion pass its gates. */
  public JsonObject waive(String version, String actor, String reason) {
    return pending(registry().waiveGates(promotion(version, actor, reason)));
  }

  /** Says yes to somebody else's request. */
  public JsonObject approve(long id, String actor, String reason) {
    return pending(
        registry()
            .approvePromotion(
                Approval.newBuilder().setId(id).setActor(actor).setReason(reason).build()));
  }

  /** Signs an artifact's digest, as the registry states it, and keeps the signature there. */
  public JsonObject sign(String version, SigningKey key, String actor) {
    ModelVersion found = registry().getVersion(name(version));
    byte[] signature = key.sign(Statements.ofArtifact(found.getDigest()));
    registry()
        .signArtifact(
            SignArtifactRequest.newBuilder()
                .setModel(model)
                .setVersion(version)
                .setActor(actor)
                .setSignature(
                    ArtifactSignature.newBuilder()
                        .setKeyId(key.verifyingKey().id())
                        .setSignature(ByteString.copyFrom(signature)))
                .build());
    return new JsonObject()
        .put("model", model)
        .put("version", version)
        .put("digest", found.getDigest())
        .put("key_id", key.verifyingKey().id());
  }

  /** Hands an evaluation in. */
  public JsonObject submit(Evaluation evaluation) {
    LedgerEntry entry = registry().submitEvaluation(evaluation);
    return new JsonObject()
        .put("model", evaluation.getModel())
        .put("version", evaluation.getVersion())
        .put("samples", evaluation.getSamples())
        .put("signed", !evaluation.getKeyId().isEmpty())
        .put("ledger_sequence", entry.getSequence());
  }

  /** Everything about the model, computed again; {@code problems} is empty when all fits. */
  public JsonObject verify() {
    VerifyResponse found = registry().verify(VerifyRequest.newBuilder().setModel(model).build());
    JsonArray problems = new JsonArray();
    for (Problem problem : found.getProblemsList()) {
      problems.add(
          new JsonObject()
              .put("what", problem.getWhat())
              .put("version", problem.getVersion())
              .put("message", problem.getMessage()));
    }
    return new JsonObject()
        .put("model", model)
        .put("ledger_entries", found.getEntries())
        .put("versions", found.getVersions())
        .put("problems", problems);
  }

  /** A version with its bytes. */
  public Artifact fetch(String version) {
    return registry().fetchArtifact(name(version));
  }

  private PromotionRequest promotion(String version, String actor, String reason) {
    return PromotionRequest.newBuilder()
        .setModel(model)
        .setVersion(version)
        .setActor(actor)
        .setReason(reason)
        .build();
  }

  private static JsonObject pending(PendingPromotion pending) {
    return new JsonObject()
        .put("id", pending.getId())
        .put("model", pending.getModel())
        .put("version", pending.getVersion())
        .put("digest", pending.getDigest())
        .put("requested_by", pending.getRequestedBy())
        .put("approved_by", pending.getApprovedBy())
        .put("expires_at", pending.getExpiresAt());
  }
}
