package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.artifact.EnsembleFile;
import ai.neo.proto.learning.v1.Ensemble;
import ai.neo.proto.learning.v1.Member;
import ai.neo.proto.registry.v1.GoldenRow;
import ai.neo.proto.registry.v1.GoldenRows;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file that {@code ./neo model ensemble} writes is one that {@code push} takes. */
class ModelEnsembleCommandTest {
  @TempDir private Path home;

  private Path out;
  private GatewayOfTests gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = new GatewayOfTests(Files.createDirectory(home.resolve("data")), new Registry());
    out = home.resolve("both.ensemble");
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Versions 1 and 2, 3 of longer windows, an ensemble as 4, and 5 of other features. */
  private static final class Registry extends RegistryServiceGrpc.RegistryServiceImplBase {
    @Override
    public void getVersion(VersionName asked, StreamObserver<ModelVersion> caller) {
      int version = Integer.parseInt(asked.getVersion());
      if (version > 5) {
        String name = asked.getModel() + " has no version " + version;
        caller.onError(Status.NOT_FOUND.withDescription(name).asException());
        return;
      }
      caller.onNext(
          ModelVersion.newBuilder()
              .setModel(asked.getModel())
              .setVersion(asked.getVersion())
              .setFormat(version == 4 ? "neo-ensemble" : "neo-djl")
              .setFeatureSetId(version == 5 ? "features-2" : "features-1")
              .setDigest(digest(version))
              .setGoldenRows(
                  GoldenRows.newBuilder()
                      .addRows(
                          GoldenRow.newBuilder()
                              .addAllFeatures(Collections.nCopies(version == 3 ? 6 : 2, 0.5f))))
              .build());
      caller.onCompleted();
    }
  }

  private static String digest(int version) {
    return Integer.toString(version).repeat(64);
  }

  @Test
  void theMeanNamesExactVersionsByTheirDigests() throws Exception {
    GatewayOfTests.Result result = write("1", "other@2");
    assertThat(result.code()).as(result.err()).isZero();
    ByteString content = ByteString.copyFrom(Files.readAllBytes(out));
    assertThat(ArtifactFormat.admit(content, "")).isEqualTo(ArtifactFormat.NEO_ENSEMBLE);
    Ensemble ensemble = EnsembleFile.read(content);
    assertThat(ensemble.getCombination()).isEqualTo(Ensemble.Combination.MEAN);
    assertThat(ensemble.getMembersList())
        .extracting(Member::getModel, Member::getVersion, Member::getDigest, Member::getWeight)
        .containsExactly(
            tuple("direction", "1", digest(1), 0.0), tuple("other", "2", digest(2), 0.0));
    assertThat(result.json().getJsonArray("members").getJsonObject(1).getString("digest"))
        .isEqualTo(digest(2));
    assertThat(write("1", "2").err()).contains("is there already");
    assertThat(Files.readAllBytes(out)).isEqualTo(content.toByteArray());
  }

  @Test
  void weightsAreKept() throws Exception {
    assertThat(write("1=3", "direction@2=0.5").code()).isZero();
    Ensemble ensemble = EnsembleFile.read(ByteString.copyFrom(Files.readAllBytes(out)));
    assertThat(ensemble.getCombination()).isEqualTo(Ensemble.Combination.WEIGHTED);
    assertThat(ensemble.getMembersList()).extracting(Member::getWeight).containsExactly(3.0, 0.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "2 | 1 | [NAME@]VERSION[=WEIGHT]",
        "2 | 1=2 3 | either every member has a weight, or none",
        "2 | 1=0 3=1 | must be above 0 and at most 1e6",
        "2 | 1=e 3=1 | the weight of '1=e' is no number",
        "2 | 1 champion | 'champion' is no member; expected VERSION",
        "2 | 1 ../x@2 | is no member",
        "2 | 1 4 | direction version 4 is an ensemble itself",
        "2 | 1 5 | takes the feature set 'features-2', direction version 1 takes 'features-1'",
        "2 | 1 1 | two members have the digest",
        "2 | 1 9 | direction has no version 9",
        "2 | 1 3 | direction version 3 takes rows of 6 numbers, direction version 1 of 2 numbers",
      })
  void whatCouldNotServeIsSaidBeforeAFileIsWritten(int code, String members, String reason) {
    GatewayOfTests.Result result = write(members.split(" ", -1));
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(result.err()).contains(reason);
    assertThat(out).doesNotExist();
  }

  private GatewayOfTests.Result write(String... members) {
    String[] all = new String[members.length + 5];
    all[0] = "model";
    all[1] = "ensemble";
    System.arraycopy(members, 0, all, 2, members.length);
    all[members.length + 2] = "--out";
    all[members.length + 3] = out.toString();
    all[members.length + 4] = "--json";
    return gateway.neo(all);
  }
}
