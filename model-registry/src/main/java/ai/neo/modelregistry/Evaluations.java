package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.signing.Statements;
import ai.neo.proto.signing.VerifyingKey;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What evaluators measured, and which of it counts before a promotion. */
final class Evaluations {
  private final RegistryPolicy policy;

  Evaluations(RegistryPolicy policy) {
    this.policy = policy;
  }

  /** Keeps an evaluation that fits the version it names, and records it. */
  LedgerEntry submit(Database.Session session, Evaluation evaluation) {
    Ledger.LockedModel model = Models.lock(session, evaluation.getModel());
    int version = RequestChecks.version("version", evaluation.getVersion());
    requireDigest(session, model, "version", version, evaluation.getDigest());
    if (evaluation.getCandidateOutcomesCount() > 0) {
      int champion = RequestChecks.version("champion_version", evaluation.getChampionVersion());
      requireDigest(session, model, "champion_version", champion, evaluation.getChampionDigest());
    }
    String evaluator = evaluator(evaluation);
    int stored =
        session
            .run(
                "INSERT INTO registry.evaluation (model, version, digest, dataset_digest,"
                    + " champion_digest, key_id, content) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                    + " ON CONFLICT DO NOTHING",
                model.name(),
                version,
                evaluation.getDigest(),
                evaluation.getDatasetDigest(),
                evaluation.getChampionDigest(),
                evaluation.getKeyId(),
                Buffer.buffer(evaluation.toByteArray()))
            .rowCount();
    if (stored == 0) {
      throw new RegistryException(
          Status.Code.ALREADY_EXISTS,
          "Version %d was evaluated on the data %s before, by the same key; each data set counts once"
              .formatted(version, evaluation.getDatasetDigest()));
    }
    return Ledger.append(
        session,
        model,
        new Ledger.Fact(
            evaluation.getVersion(),
            Ledger.EVALUATION,
            evaluation.getActor(),
            evaluator.isEmpty() ? "not signed" : "signed by " + evaluator,
            evidence(evaluation, evaluator)));
  }

  /**
   * The evaluations of a version's artifact in the order in which they came, one for each data set
   * and champion, whose signature, if they have one, still is that of a configured evaluator.
   *
   * @param signed leaves out those without
   */
  List<Evaluation> counted(Database.Session session, String key, int version, boolean signed) {
    Map<String, Evaluation> byData = new LinkedHashMap<>();
    for (Row row :
        session.run(
            "SELECT e.content FROM registry.evaluation e JOIN registry.version v"
                + " USING (model, version, digest) WHERE e.model = $1 AND e.version = $2"
                + " ORDER BY e.id",
            key,
            version)) {
      Evaluation evaluation = parsed(row.getBuffer(0).getBytes());
      boolean trusted = signer(evaluation).isPresent();
      if (trusted || (!signed && evaluation.getKeyId().isEmpty())) {
        byData.putIfAbsent(
            evaluation.getDatasetDigest() + evaluation.getChampionDigest(), evaluation);
      }
    }
    return new ArrayList<>(byData.values());
  }

  private static Evaluation parsed(byte[] content) {
    try {
      return Evaluation.parseFrom(content);
    } catch (InvalidProtocolBufferException e) {
      throw new RegistryException(
          Status.Code.DATA_LOSS, "A stored evaluation cannot be read: " + e.getMessage(), e);
    }
  }

  private static void requireDigest(
      Database.Session session,
      Ledger.LockedModel model,
      String field,
      int version,
      String digest) {
    ModelVersion found = Versions.get(session, model.name(), version);
    if (!found.getDigest().equals(digest)) {
      throw RegistryException.invalid(
          "%s=%d has the digest %s, and what was evaluated %s: it is another artifact"
              .formatted(field, version, found.getDigest(), digest));
    }
  }

  /** The configured evaluator's name; empty for an evaluation that nobody signed. */
  private String evaluator(Evaluation evaluation) {
    if (evaluation.getKeyId().isEmpty()) {
      if (!evaluation.getSignature().isEmpty()) {
        throw RegistryException.invalid("there is a signature and no key_id; name the key");
      }
      return "";
    }
    Optional<Map.Entry<String, VerifyingKey>> known = policy.evaluator(evaluation.getKeyId());
    if (known.isEmpty()) {
      throw RegistryException.invalid(
          "key_id=%s is no configured evaluator's; add its public key under evaluators in the"
                  .formatted(RequestChecks.shown(evaluation.getKeyId()))
              + " registry's policy file");
    }
    return signer(evaluation)
        .orElseThrow(
            () ->
                RegistryException.invalid(
                    "the signature is not that of %s over this evaluation; somebody changed one of"
                            .formatted(known.get().getKey())
                        + " them, or signed other bytes"));
  }

  private Optional<String> signer(Evaluation evaluation) {
    return policy
        .evaluator(evaluation.getKeyId())
        .filter(
            entry ->
                entry
                    .getValue()
                    .hasSigned(Statements.of(evaluation), evaluation.getSignature().toByteArray()))
        .map(Map.Entry::getKey);
  }

  private static String evidence(Evaluation evaluation, String evaluator) {
    JsonObject metrics = new JsonObject();
    new TreeMap<>(evaluation.getMetricsMap()).forEach(metrics::put);
    return new JsonObject()
        .put("digest", evaluation.getDigest())
        .put("dataset_digest", evaluation.getDatasetDigest())
        .put("samples", evaluation.getSamples())
        .put("metrics", metrics)
        .put("evaluated_at", evaluation.getEvaluatedAt())
        .put("champion_version", evaluation.getChampionVersion())
        .put("champion_digest", evaluation.getChampionDigest())
        .put("pairs", evaluation.getCandidateOutcomesCount())
        .put("evaluator", evaluator)
        .put("key_id", evaluation.getKeyId())
        .put("statement_sha256", Sha256.hex(ByteBuffer.wrap(Statements.of(evaluation))))
        .put(
            "signature",
            Base64.getEncoder().encodeToString(evaluation.getSignature().toByteArray()))
        .encode();
  }
}
