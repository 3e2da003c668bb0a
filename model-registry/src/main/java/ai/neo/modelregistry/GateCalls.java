package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.proto.registry.v1.Approval;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.GateReport;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.PendingPromotion;
import ai.neo.proto.registry.v1.PromotionRequest;
import ai.neo.proto.registry.v1.SignArtifactRequest;
import ai.neo.proto.registry.v1.VersionName;
import ai.neo.proto.signing.Statements;
import ai.neo.proto.signing.VerifyingKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Map;

/** The calls by which the gates before a promotion are fed. Blocking. */
final class GateCalls {
  private final Database database;
  private final RegistryPolicy policy;
  private final Evaluations evaluations;
  private final Promotions promotions;
  private final PromotionRequests requests;

  GateCalls(Database database, RegistryPolicy policy) {
    this.database = database;
    this.policy = policy;
    this.evaluations = new Evaluations(policy);
    this.promotions = new Promotions(policy);
    this.requests = new PromotionRequests(policy);
  }

  LedgerEntry submit(Evaluation evaluation) {
    RequestChecks.check(evaluation);
    return database.inTransaction(session -> evaluations.submit(session, evaluation));
  }

  GateReport check(VersionName name) {
    RequestChecks.model(name.getModel());
    RequestChecks.version("version", name.getVersion());
    return database.inTransaction(
        session -> promotions.report(session, name.getModel(), name.getVersion()));
  }

  PendingPromotion request(PromotionRequest request) {
    RequestChecks.check(request);
    return database.inTransaction(session -> requests.request(session, request));
  }

  PendingPromotion waive(PromotionRequest request) {
    RequestChecks.check(request);
    return database.inTransaction(session -> requests.waive(session, request));
  }

  PendingPromotion approve(Approval approval) {
    RequestChecks.check(approval);
    return database.inTransaction(session -> PromotionRequests.approve(session, approval));
  }

  ModelVersion sign(SignArtifactRequest request) {
    RequestChecks.check(request);
    int number = RequestChecks.version("version", request.getVersion());
    return database.inTransaction(
        session -> {
          Ledger.LockedModel model = Models.lock(session, request.getModel());
          ModelVersion version = Versions.get(session, model.name(), number);
          String signer = signer(request, version);
          byte[] signature = request.getSignature().getSignature().toByteArray();
          session.run(
              "INSERT INTO registry.artifact_signature (digest, key_id, signature)"
                  + " VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
              version.getDigest(),
              request.getSignature().getKeyId(),
              Buffer.buffer(signature));
          Ledger.append(
              session,
              model,
              new Ledger.Fact(
                  request.getVersion(),
                  Ledger.SIGNATURE,
                  request.getActor(),
                  "signed by " + signer,
                  new JsonObject()
                      .put("digest", version.getDigest())
                      .put("key_id", request.getSignature().getKeyId())
                      .put("signature", Base64.getEncoder().encodeToString(signature))
                      .encode()));
          return Versions.get(session, model.name(), number);
        });
  }

  private String signer(SignArtifactRequest request, ModelVersion version) {
    String id = request.getSignature().getKeyId();
    Map.Entry<String, VerifyingKey> signer =
        policy
            .signer(id)
            .orElseThrow(
                () ->
                    RegistryException.invalid(
                        "key_id=%s is no configured signer's; add its public key under signers in"
                                .formatted(RequestChecks.shown(id))
                            + " the registry's policy file"));
    byte[] signature = request.getSignature().getSignature().toByteArray();
    if (!signer.getValue().hasSigned(Statements.ofArtifact(version.getDigest()), signature)) {
      throw RegistryException.invalid(
          "the signature is not that of %s over the digest %s"
              .formatted(signer.getKey(), version.getDigest()));
    }
    return signer.getKey();
  }
}
