package ai.neo.modelregistry;

import static ai.neo.modelregistry.TestRegistry.failure;
import static ai.neo.modelregistry.TestRegistry.move;
import static ai.neo.modelregistry.TestRegistry.version;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelregistry.gates.GateSettings;
import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.proto.registry.v1.Approval;
import ai.neo.proto.registry.v1.ArtifactSignature;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.PendingPromotion;
import ai.neo.proto.registry.v1.PromotionRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.SignArtifactRequest;
import ai.neo.proto.signing.SigningKey;
import ai.neo.proto.signing.Statements;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PromotionGatesTest {
  private static final Duration DAY = Duration.ofHours(24);
  private static final SigningKey ANNA = SigningKey.generate();
  private static final SigningKey RELEASE = SigningKey.generate();
  private static final SigningKey STRANGER = SigningKey.generate();

  @TempDir private static Path directory;
  private TestRegistry neo;

  @BeforeAll
  void start(@ExtendWith(SharedPostgres.class) TestDatabase database) throws IOException {
    Optional<GateSettings.Sequential> sequential =
        Optional.of(new GateSettings.Sequential(0.05, 1));
    neo =
        new TestRegistry(
            new RegistrySettings(database.url(), directory),
            new RegistryPolicy(
                Map.of("anna", ANNA.verifyingKey()),
                Map.of("release", RELEASE.verifyingKey()),
                true,
                Map.of(
                    "signed",
                    new GateSettings(true, 0, Optional.empty(), false, DAY, false, false),
                    "counted",
                    new GateSettings(false, 100, Optional.empty(), false, DAY, true, true),
                    "tested",
                    new GateSettings(false, 0, sequential, false, DAY, false, false),
                    "two",
                    new GateSettings(false, 0, Optional.empty(), true, DAY, true, false)),
                Set.of()));
  }

  @AfterAll
  void stop() throws IOException {
    neo.close();
  }

  private Evaluation.Builder evaluation(ModelVersion version, long samples, int data) {
    return Evaluation.newBuilder()
        .setModel(version.getModel())
        .setVersion(version.getVersion())
        .setDigest(version.getDigest())
        .setDatasetDigest("%064x".formatted(data))
        .setSamples(samples)
        .putMetrics("log_loss", 0.9)
        .setEvaluatedAt("2026-11-21T10:00:00Z")
        .setActor("evaluator");
  }

  private static Evaluation signed(Evaluation.Builder evaluation, SigningKey key) {
    Evaluation unsigned = evaluation.setKeyId(key.verifyingKey().id()).build();
    return unsigned.toBuilder()
        .setSignature(ByteString.copyFrom(key.sign(Statements.of(unsigned))))
        .build();
  }

  private Status refused(String model, String from, String to) {
    return failure(() -> neo.stub.moveAlias(move(model, from, to, "promote")));
  }

  private List<String> actions(String model) {
    return neo.history(model).getEntriesList().stream().map(LedgerEntry::getAction).toList();
  }

  @Test
  void onlyASignedEvaluationOfThisArtifactLetsAVersionPass() {
    neo.register("signed", 1);
    ModelVersion second = neo.register("signed", 2);
    neo.stub.moveAlias(move("signed", "", "1", "promote")); // the first ever
    Status refused = refused("signed", "1", "2");
    assertThat(refused.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(refused.getDescription())
        .contains("gate signed-evaluation: limit at least 1 evaluation", "observed 0 such");
    assertThat(actions("signed")).last().isEqualTo("promotion-gate-refused");

    neo.stub.submitEvaluation(evaluation(second, 10, 1).build());
    assertThat(refused("signed", "1", "2").getDescription()).contains("observed 0 such");
    assertThat(failure(() -> submit(signed(evaluation(second, 10, 2), STRANGER))).getDescription())
        .contains("no configured evaluator");
    Evaluation changed =
        signed(evaluation(second, 10, 2), ANNA).toBuilder().setSamples(1000).build();
    assertThat(failure(() -> submit(changed)).getDescription())
        .contains("signature is not that of");
    Evaluation other = evaluation(second, 10, 2).setDigest("a".repeat(64)).build();
    assertThat(failure(() -> submit(other)).getDescription()).contains("another artifact");

    submit(signed(evaluation(second, 10, 3), ANNA));
    neo.stub.moveAlias(move("signed", "1", "2", "move")); // called whatever it may be
    assertThat(actions("signed")).endsWith("evaluation", "promotion-gate-passed", "move");
    neo.stub.moveAlias(move("signed", "2", "1", "rollback")); // waits for nobody
    assertThat(neo.history("signed").getChainIntact()).isTrue();
  }

  private void submit(Evaluation evaluation) {
    var entry = neo.stub.submitEvaluation(evaluation);
    assertThat(entry.getAction()).isEqualTo("evaluation");
  }

  @Test
  void oneDataSetCountsOnceAndForceIsRecorded() {
    ModelVersion first = neo.register("counted", 3);
    submit(evaluation(first, 60, 1).build());
    assertThat(failure(() -> submit(evaluation(first, 60, 1).build())).getCode())
        .isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(refused("counted", "", "1").getDescription())
        .contains("gate minimum-samples: limit 100 samples, observed 60 samples");
    assertThat(neo.stub.checkGates(version("counted", "1")).getResults(0).getPassed()).isFalse();
    submit(evaluation(first, 60, 2).build());
    neo.stub.moveAlias(move("counted", "", "1", "promote"));

    neo.register("counted", 4);
    assertThat(refused("counted", "1", "2").getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    neo.stub.waiveGates(request("counted", "2", "operator"));
    neo.stub.moveAlias(move("counted", "1", "2", "promote"));
    assertThat(actions("counted")).endsWith("promotion-forced", "promotion-gate-waived", "promote");
    neo.stub.moveAlias(move("counted", "2", "1", "rollback"));
    assertThat(refused("counted", "1", "2").getCode()) // the waiver was for once
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure(() -> neo.stub.waiveGates(request("signed", "2", "x"))).getCode())
        .isIn(Status.Code.FAILED_PRECONDITION, Status.Code.NOT_FOUND);
  }

  private static PromotionRequest request(String model, String version, String actor) {
    return PromotionRequest.newBuilder()
        .setModel(model)
        .setVersion(version)
        .setActor(actor)
        .setReason("because")
        .build();
  }

  private Evaluation paired(ModelVersion version, ModelVersion champion, int data, double edge) {
    Evaluation.Builder evaluation =
        evaluation(version, 1000, data)
            .setChampionVersion(champion.getVersion())
            .setChampionDigest(champion.getDigest());
    SplittableRandom random = new SplittableRandom(data);
    for (int i = 0; i < 1000; i++) {
      double market = random.nextDouble();
      evaluation.addChampionOutcomes(market);
      evaluation.addCandidateOutcomes(market + random.nextDouble(-0.5, 0.5) + edge);
    }
    return evaluation.build();
  }

  @Test
  void aCandidateMustBeatTheChampionThatItReplacesAndRenamingLeadsAroundNothing() {
    ModelVersion first = neo.register("tested", 5);
    ModelVersion second = neo.register("tested", 6);
    neo.stub.moveAlias(move("tested", "", "1", "promote"));
    submit(paired(second, first, 1, 0));
    assertThat(refused("tested", "1", "2").getDescription())
        .contains("gate sequential-test", "after 1000 pairs");
    var book = new Author("operator", "trying");
    neo.registry.database().inTransaction(s -> new ModelBook(s, book).rename("tested", "free"));
    assertThat(refused("free", "1", "2").getDescription()).contains("gate sequential-test");
    neo.registry.database().inTransaction(s -> new ModelBook(s, book).rename("free", "tested"));
    neo.registry
        .database()
        .inTransaction(
            s -> {
              new ModelBook(s, book).removeAlias("tested", "champion");
              return true;
            });
    assertThat(refused("tested", "", "2").getDescription()).contains("gate sequential-test");
    submit(paired(second, first, 2, 0.3));
    neo.stub.moveAlias(move("tested", "", "2", "promote"));
  }

  @Test
  void twoPersonsAreTwo() {
    neo.register("two", 7);
    neo.register("two", 8);
    neo.stub.moveAlias(move("two", "", "1", "promote"));
    PendingPromotion pending = neo.stub.requestPromotion(request("two", "2", "anna"));
    assertThat(refused("two", "1", "2").getDescription()).contains("gate second-person");
    Approval byAnna = Approval.newBuilder().setId(pending.getId()).setActor(" Anna").build();
    assertThat(failure(() -> neo.stub.approvePromotion(byAnna)).getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    Approval byBert = byAnna.toBuilder().setActor("bert").build();
    assertThat(neo.stub.approvePromotion(byBert).getApprovedBy()).isEqualTo("bert");
    assertThat(failure(() -> neo.stub.approvePromotion(byBert)).getDescription())
        .contains("approved or used before");
    neo.stub.moveAlias(move("two", "1", "2", "promote"));
    assertThat(actions("two"))
        .endsWith(
            "promotion-requested",
            "promotion-gate-refused",
            "promotion-approved",
            "promotion-gate-passed",
            "promote");

    neo.register("two", 9);
    neo.stub.waiveGates(request("two", "3", "anna")); // one person's force is not enough
    assertThat(refused("two", "2", "3").getDescription()).contains("gate second-person");
  }

  @Test
  void aProgramOfAStrangerIsNeverPromoted() {
    ModelVersion program =
        neo.stub.register(
            TestRegistry.request("program", Samples.torchScript()).toBuilder()
                .setFormat("torchscript")
                .build());
    assertThat(refused("program", "", "1").getDescription()).contains("gate trusted-signer");
    assertThat(failure(() -> sign(program, STRANGER)).getDescription())
        .contains("no configured signer");
    sign(program, RELEASE);
    neo.stub.moveAlias(move("program", "", "1", "promote"));
    assertThat(neo.stub.getVersion(version("program", "1")).getSignaturesCount()).isEqualTo(1);
  }

  private void sign(ModelVersion version, SigningKey key) {
    var answer =
        neo.stub.signArtifact(
            SignArtifactRequest.newBuilder()
                .setModel(version.getModel())
                .setVersion(version.getVersion())
                .setActor("release")
                .setSignature(
                    ArtifactSignature.newBuilder()
                        .setKeyId(key.verifyingKey().id())
                        .setSignature(
                            ByteString.copyFrom(
                                key.sign(Statements.ofArtifact(version.getDigest())))))
                .build());
    assertThat(answer.getVersion()).isEqualTo(version.getVersion());
  }

  @Test
  void nobodyElseWritesWhatAGateSaid() {
    neo.register("forged", 10);
    RecordRequest forged =
        RecordRequest.newBuilder()
            .setModel("forged")
            .setVersion("1")
            .setAction("promotion-gate-passed")
            .setActor("mallory")
            .build();
    assertThat(failure(() -> neo.stub.record(forged)).getDescription())
        .contains("written by the registry itself");
  }
}
