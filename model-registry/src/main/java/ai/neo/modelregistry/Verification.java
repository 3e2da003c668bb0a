package ai.neo.modelregistry;

import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.artifact.ArtifactRefusedException;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.Problem;
import ai.neo.proto.registry.v1.VerifyRequest;
import ai.neo.proto.registry.v1.VerifyResponse;
import com.google.protobuf.ByteString;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Reads and computes everything about a model again, and says what does not fit. Blocking. */
final class Verification {
  private final Database database;
  private final ArtifactStore artifacts;
  private final VerifyResponse.Builder found = VerifyResponse.newBuilder();

  private Verification(Database database, ArtifactStore artifacts) {
    this.database = database;
    this.artifacts = artifacts;
  }

  private record Rows(HistoryResponse history, List<ModelVersion> versions) {}

  static VerifyResponse of(Database database, ArtifactStore artifacts, VerifyRequest request) {
    RequestChecks.model(request.getModel());
    return new Verification(database, artifacts).of(request.getModel());
  }

  private VerifyResponse of(String model) {
    Rows rows =
        database.inSnapshot(
            session ->
                new Rows(
                    Ledger.history(session, HistoryRequest.newBuilder().setModel(model).build()),
                    Versions.list(session, Models.requireKey(session, model))));
    List<LedgerEntry> entries = rows.history().getEntriesList();
    found.setEntries(entries.size()).setVersions(rows.versions().size());
    ledger(rows.history());
    Map<String, String> digests = aliasesAndDigests(entries, rows.versions());
    for (ModelVersion version : rows.versions()) {
      digest(version, Optional.ofNullable(digests.get(version.getVersion())));
      artifact(version);
    }
    return found.build();
  }

  private void ledger(HistoryResponse history) {
    OptionalLong broken = LedgerChain.firstBroken(history.getEntriesList());
    if (broken.isPresent()) {
      problem("ledger", "", "the chain of hashes breaks at entry " + broken.getAsLong());
    } else if (!history.getChainIntact()) {
      problem("ledger", "", "its end was cut off, or versions or aliases contradict it");
    }
  }

  /** Compares the aliases with the ledger, and returns the digests that it states by version. */
  private Map<String, String> aliasesAndDigests(
      List<LedgerEntry> entries, List<ModelVersion> versions) {
    Map<String, String> stated = new TreeMap<>();
    Map<String, String> digests = new TreeMap<>();
    for (LedgerEntry entry : entries) {
      if (Ledger.MOVES.contains(entry.getAction())) {
        stated.put(
            new JsonObject(entry.getEvidenceJson()).getString("alias", ""), entry.getVersion());
      } else if (entry.getAction().equals(Ledger.REGISTER)) {
        digests.put(
            entry.getVersion(), new JsonObject(entry.getEvidenceJson()).getString("digest", ""));
      }
    }
    Map<String, String> actual = new TreeMap<>();
    versions.forEach(
        version -> version.getAliasesList().forEach(a -> actual.put(a, version.getVersion())));
    stated.values().removeIf(String::isEmpty);
    stated.forEach(
        (alias, version) -> {
          String is = actual.getOrDefault(alias, "none");
          if (!is.equals(version)) {
            problem(
                "alias",
                version,
                "alias %s is at version %s; the ledger's last move says version %s"
                    .formatted(alias, is, version));
          }
        });
    actual.forEach(
        (alias, version) -> {
          if (!stated.containsKey(alias)) {
            problem("alias", version, "alias " + alias + " was never moved, by the ledger");
          }
        });
    return digests;
  }

  private void digest(ModelVersion version, Optional<String> stated) {
    if (!stated.equals(Optional.of(version.getDigest()))) {
      problem(
          "ledger",
          version.getVersion(),
          "the digest is %s; the ledger says %s"
              .formatted(version.getDigest(), stated.orElse("nothing about the version")));
    }
  }

  private void artifact(ModelVersion version) {
    if (version.getDigest().isEmpty()) {
      return; // kept with the reason why it is never loaded; there is no one file
    }
    try {
      ByteString content = artifacts.original(version.getDigest()); // compares the digest
      ArtifactFormat.admit(content, version.getFormat());
    } catch (RegistryException e) {
      problem("artifact", version.getVersion(), e.getMessage());
    } catch (ArtifactRefusedException e) {
      problem("format", version.getVersion(), e.getMessage());
    }
  }

  private void problem(String what, String version, String message) {
    found.addProblems(Problem.newBuilder().setWhat(what).setVersion(version).setMessage(message));
  }
}
