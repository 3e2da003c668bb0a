package ai.neo.modelregistry;

import static ai.neo.modelregistry.TestRegistry.champion;
import static ai.neo.modelregistry.TestRegistry.failure;
import static ai.neo.modelregistry.TestRegistry.request;
import static ai.neo.modelregistry.TestRegistry.version;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelRegistryTest {
  @TempDir private static Path directory;
  private TestRegistry neo;

  @BeforeAll
  void start(@ExtendWith(SharedPostgres.class) TestDatabase database) throws IOException {
    neo = new TestRegistry(new RegistrySettings(database.url(), directory));
  }

  @AfterAll
  void stop() throws IOException {
    neo.close();
  }

  @Test
  void registersAndReturnsAllThatWasSaid() {
    ModelVersion first = neo.register("whole", 1);
    ModelVersion second =
        neo.stub.register(
            request("whole", Samples.resource("linear.onnx")).toBuilder()
                .setParentVersion("1")
                .build());

    assertThat(first.getParentVersion()).isEmpty();
    assertThat(second.getVersion()).isEqualTo("2");
    assertThat(second.getParentVersion()).isEqualTo("1");
    assertThat(second.getFormat()).isEqualTo("onnx");
    assertThat(second.getFeatureSetId()).isEqualTo("fs-1");
    assertThat(second.getDataDescription()).isEqualTo("BTC 1m");
    assertThat(second.getMetricsMap()).containsEntry("accuracy", 0.5).containsEntry("loss", 1.25);
    assertThat(second.getCreatedBy()).isEqualTo("trainer");
    assertThat(second.getCreatedAt()).endsWith("Z").isGreaterThan(first.getCreatedAt());
    assertThat(second.getSizeBytes()).isEqualTo(Samples.resource("linear.onnx").size());
    assertThat(neo.stub.getVersion(version("whole", "2"))).isEqualTo(second);
    assertThat(
            neo.stub
                .listVersions(ListVersionsRequest.newBuilder().setModel("whole").build())
                .getVersionsList())
        .containsExactly(second, first);
    Artifact artifact = neo.stub.fetchArtifact(version("whole", "2"));
    assertThat(artifact.getContent()).isEqualTo(Samples.resource("linear.onnx"));
    assertThat(artifact.getVersion()).isEqualTo(second);
  }

  @Test
  void identicalBytesMakeANewVersionAndOneFile() throws IOException {
    ModelVersion first = neo.register("twice", 7_001);
    ModelVersion second = neo.register("twice", 7_001);
    assertThat(second.getVersion()).isEqualTo("2");
    assertThat(second.getDigest()).isEqualTo(first.getDigest());
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(file -> file.endsWith(first.getDigest()))).hasSize(1);
    }
  }

  @Test
  void concurrentRegistersGetGaplessVersionsAndAnIntactLedger() throws Exception {
    int count = 48;
    List<Callable<String>> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int seed = i;
      calls.add(() -> neo.register("crowd", seed).getVersion());
    }
    List<Integer> versions = new ArrayList<>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<String> version : executor.invokeAll(calls)) {
        versions.add(Integer.valueOf(version.get()));
      }
    }
    assertThat(versions)
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, count).boxed().toList());
    assertThat(neo.history("crowd").getEntriesList())
        .extracting(entry -> entry.getAction() + entry.getVersion())
        .as("whoever comes first creates the model, once, and all of them register")
        .containsExactlyElementsOf(
            Stream.concat(
                    Stream.of("create"),
                    IntStream.rangeClosed(1, count).mapToObj(number -> "register" + number))
                .toList());
    assertThat(neo.history("crowd").getChainIntact()).isTrue();
  }

  @Test
  void aRefusedArtifactLeavesNothingBehind() throws IOException {
    long before = fileCount();
    ByteString pickle = Samples.bytes(0x80, 4, 'N', '.');
    Status status = failure(() -> neo.stub.register(request("refused", pickle)));
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).contains("pickle").contains("Accepted are");

    Status orphan =
        failure(
            () ->
                neo.stub.register(
                    request("refused", Samples.neoDjl(8_001)).toBuilder()
                        .setParentVersion("3")
                        .build()));
    assertThat(orphan.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(fileCount()).isEqualTo(before);
    assertThat(failure(() -> neo.history("refused")).getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void marksTorchScriptAsExecutableInTheLedger() {
    ModelVersion version =
        neo.stub.register(
            request("script", Samples.torchScript()).toBuilder().setFormat("torchscript").build());
    assertThat(version.getFormat()).isEqualTo("torchscript");
    assertThat(neo.history("script").getEntries(1).getEvidenceJson())
        .contains("\"executable\":true")
        .contains(version.getDigest());
  }

  @Test
  void requestsThatMakeNoSenseAreRefusedWithWhatWasExpected() {
    RegisterRequest good = request("sense", Samples.neoDjl(1));
    for (RegisterRequest bad :
        List.of(
            good.toBuilder().setModel("").build(),
            good.toBuilder().setModel("../escape").build(),
            good.toBuilder().setModel("UPPER").build(),
            good.toBuilder().setModel("-dash").build(),
            good.toBuilder().setModel("a".repeat(64)).build(),
            good.toBuilder().setModel("a\n").build(),
            good.toBuilder().setActor(" ").build(),
            good.toBuilder().setReason("x\0y").build(),
            good.toBuilder().setParentVersion("-1").build(),
            good.toBuilder().putMetrics("loss", Double.NaN).build(),
            good.toBuilder().setFormat("pickle").build())) {
      Status status = failure(() -> neo.stub.register(bad));
      assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(status.getDescription()).hasSizeGreaterThan(15);
    }
    for (String version : List.of("", "0", "01", "-1", "1.0", "champion", "9999999999", "١")) {
      assertThat(failure(() -> neo.stub.getVersion(version("sense", version))).getCode())
          .as(version)
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void saysWhatIsThereWhenSomethingIsNot() {
    neo.register("known", 1);
    assertNotFound(failure(() -> neo.stub.getVersion(version("known", "9"))), "versions 1 to 1");
    assertNotFound(failure(() -> neo.stub.getVersion(version("nobody", "1"))), "no model 'nobody'");
    assertNotFound(failure(() -> neo.stub.getAlias(champion("known"))), "points nowhere");
    assertNotFound(failure(() -> neo.stub.getAlias(champion("nobody"))), "no model");
    assertNotFound(
        failure(
            () ->
                neo.stub.listVersions(ListVersionsRequest.newBuilder().setModel("nobody").build())),
        "no model");
  }

  @Test
  void aDamagedArtifactIsDataLossAndTheOthersKeepWorking() throws IOException {
    ModelVersion damaged = neo.register("damaged", 9_001);
    neo.register("damaged", 9_002);
    Path file =
        directory
            .resolve("sha256")
            .resolve(damaged.getDigest().substring(0, 2))
            .resolve(damaged.getDigest());
    Files.writeString(file, "something else");

    Status status = failure(() -> neo.stub.fetchArtifact(version("damaged", "1")));
    assertThat(status.getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(status.getDescription()).contains(damaged.getDigest(), "found sha256");
    assertThat(neo.stub.fetchArtifact(version("damaged", "2")).getContent())
        .isEqualTo(Samples.neoDjl(9_002));
  }

  @Test
  void carriesAnArtifactFarLargerThanTheDefaultMessage() {
    ByteString large = Samples.neoDjl(1).concat(ByteString.copyFrom(new byte[24 << 20]));
    neo.stub.register(request("large", large));
    assertThat(neo.stub.fetchArtifact(version("large", "1")).getContent()).isEqualTo(large);
  }

  @Test
  void recordsEvidenceButNotWhatOnlyTheRegistryMaySay() {
    neo.register("evidence", 1);
    RecordRequest record =
        RecordRequest.newBuilder()
            .setModel("evidence")
            .setVersion("1")
            .setAction("gate-passed")
            .setActor("gate")
            .setReason("beats the champion")
            .setEvidenceJson("{\"net\": 1.5}")
            .build();
    assertThat(neo.stub.record(record).getSequence()).isEqualTo(3);
    neo.stub.record(record.toBuilder().clearVersion().clearEvidenceJson().build());
    assertThat(neo.history("evidence").getEntries(2).getEvidenceJson()).isEqualTo("{\"net\": 1.5}");
    assertThat(neo.history("evidence").getChainIntact()).isTrue();

    for (String action : List.of("promote", "rollback", "move", "register", "", "Not A Word")) {
      RecordRequest bad = record.toBuilder().setAction(action).build();
      assertThat(failure(() -> neo.stub.record(bad)).getCode())
          .as(action)
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    assertThat(
            failure(() -> neo.stub.record(record.toBuilder().setEvidenceJson("{oops").build()))
                .getDescription())
        .contains("not JSON");
    assertNotFound(
        failure(() -> neo.stub.record(record.toBuilder().setVersion("5").build())), "1 to 1");
    assertNotFound(
        failure(() -> neo.stub.record(record.toBuilder().setModel("nobody").build())), "no model");
    assertThat(neo.history("evidence").getEntriesCount()).isEqualTo(4);
  }

  private static void assertNotFound(Status status, String part) {
    assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(status.getDescription()).contains(part);
  }

  private static long fileCount() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
