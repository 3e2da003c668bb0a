package ai.neo.modeltier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatewaySettings;
import ai.neo.modelgateway.forward.ForwardTarget;
import ai.neo.modelgateway.learning.LearningSettings;
import ai.neo.modelgateway.scheduling.Batching;
import ai.neo.modelregistry.ArtifactPlace;
import ai.neo.modelregistry.gates.RegistryPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TierSettingsTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("NEO_POSTGRES_URL", "postgresql://postgres@localhost:5432/neo");

  @Test
  void oneDirectoryIsEnoughAndNothingDangerousIsAllowed() {
    TierSettings settings = of("--data-dir", "/data");
    assertThat(settings.gateway()).isEqualTo(GatewaySettings.defaults());
    assertThat(settings.gateway().host()).isEqualTo("127.0.0.1");
    assertThat(settings.gateway().permissions().torchScript()).isFalse();
    assertThat(settings.gateway().permissions().admin()).isFalse();
    assertThat(settings.models()).containsExactly("direction");
    assertThat(settings.registryPort()).isEqualTo(8003);
    assertThat(settings.parentPid()).isEmpty();
    assertThat(settings.learning()).isEqualTo(LearningSettings.defaults());
    assertThat(settings.policy()).isEqualTo(RegistryPolicy.NONE);
    assertThat(settings.registry())
        .isInstanceOfSatisfying(
            TierSettings.Registry.Here.class,
            here -> {
              assertThat(here.alone()).isFalse();
              assertThat(here.settings().artifacts())
                  .isEqualTo(new ArtifactPlace.Directory(Path.of("/data/artifacts")));
            });
    assertThat(settings.elsewhere().forward().targets()).isEmpty();
    assertThat(settings.elsewhere().repository()).isEmpty();
  }

  @Test
  void artifactsMayBeInABucketAndALoginIsNeverShown() {
    TierSettings settings =
        TierSettings.of(
            List.of(
                "--data-dir",
                "/data",
                "--artifacts",
                "s3://models/neo",
                "--s3-endpoint",
                "http://127.0.0.1:9000"),
            ENVIRONMENT);
    assertThat(settings.registry())
        .isInstanceOfSatisfying(
            TierSettings.Registry.Here.class,
            here ->
                assertThat(here.settings().artifacts())
                    .isEqualTo(
                        new ArtifactPlace.Bucket(
                            "models",
                            "neo/",
                            Optional.of(URI.create("http://127.0.0.1:9000")),
                            Optional.empty(),
                            Path.of("/data/artifact-copies"))));
    assertThatThrownBy(
            () ->
                TierSettings.of(
                    List.of(
                        "--data-dir",
                        "/data",
                        "--artifacts",
                        "s3://models",
                        "--s3-endpoint",
                        "http://me:s3cret@127.0.0.1:9000"),
                    ENVIRONMENT))
        .hasMessageContaining("AWS_ACCESS_KEY_ID")
        .hasMessageNotContaining("s3cret");
    for (List<String> wrong :
        List.of(
            List.of("--artifacts", "http://models"),
            List.of("--artifacts", "s3://models/../else"),
            List.of("--artifacts", "s3://Models"),
            List.of("--s3-region", "eu-central-1"))) {
      List<String> arguments = new ArrayList<>(List.of("--data-dir", "/data"));
      arguments.addAll(wrong);
      assertThatThrownBy(() -> TierSettings.of(arguments, ENVIRONMENT))
          .as(wrong.toString())
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void whatAPersonNeverTypedIsNotExplained() {
    assertThat(ModelTier.mistake(List.of("--parent-pid", "7"), "policy.yaml:2: no valid YAML"))
        .isEqualTo("model-tier: policy.yaml:2: no valid YAML" + System.lineSeparator());
    assertThat(ModelTier.mistake(List.of(), "--data-dir is needed")).contains("usage: java");
  }

  @Test
  void everythingCanBeSaid() {
    List<String> arguments =
        new ArrayList<>(List.of("--data-dir", "/data", "--host", "0.0.0.0", "--grpc-port", "0"));
    arguments.addAll(List.of("--http-port", "18002", "--parent-pid", "77", "--model", "a"));
    arguments.addAll(List.of("--model", "b", "--allow-torchscript", "--admin"));
    arguments.addAll(List.of("--inference-threads", "3", "--max-waiting", "9"));
    arguments.addAll(List.of("--batch", "a=32", "--batch", "b=8"));
    arguments.addAll(List.of("--registry-port", "18003"));
    arguments.addAll(List.of("--learning", "guards.probeChange=0.3"));
    arguments.addAll(List.of("--learning", "snapshotEvery=64"));
    arguments.addAll(List.of("--quality", "window=256", "--quality", "retrainOnDrift=true"));
    arguments.addAll(List.of("--forward", "t=h:1", "--forward", "u=h:2/a"));
    arguments.addAll(List.of("--forward-hedge-ms", "7", "--model-repository", "/models"));
    arguments.addAll(List.of("--trial-memory-mb", "64"));
    TierSettings settings = TierSettings.of(arguments, ENVIRONMENT);
    assertThat(settings.quality().window()).isEqualTo(256);
    assertThat(settings.quality().retrain().onDrift()).isTrue();
    assertThat(settings.elsewhere().forward().targets())
        .containsExactly(ForwardTarget.parse("t=h:1"), ForwardTarget.parse("u=h:2/a"));
    assertThat(settings.elsewhere().forward().hedge()).isEqualTo(Duration.ofMillis(7));
    assertThat(settings.elsewhere().repository()).hasValue(Path.of("/models"));
    assertThat(settings.gateway())
        .isEqualTo(
            new GatewaySettings(
                "0.0.0.0",
                0,
                18_002,
                new GatewaySettings.Permissions(true, true),
                new GatewaySettings.InferenceLimits(3, 9, new Batching(Map.of("a", 32, "b", 8)))));
    assertThat(settings.models()).containsExactly("a", "b");
    assertThat(settings.registryPort()).isEqualTo(18_003);
    assertThat(settings.parentPid()).hasValue(77);
    assertThat(settings.trial().memoryBytes()).isEqualTo(64L << 20);
    assertThat(settings.learning().guards().probeChange()).isEqualTo(0.3);
    assertThat(settings.learning().snapshotEvery()).isEqualTo(64);
  }

  @Test
  void whatCannotBeUsedIsNamed() {
    assertThatThrownBy(() -> of()).hasMessage("--data-dir is not set");
    assertThatThrownBy(() -> of("--data-dir")).hasMessage("--data-dir needs a value");
    assertThatThrownBy(() -> of("--data", "/data")).hasMessage("unknown option: --data");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--grpc-port", "x"))
        .hasMessage("--grpc-port must be a number, not 'x'");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--grpc-port", "70000"))
        .hasMessageContaining("grpcPort must be 0 to 65535");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--registry-port", "70000"))
        .hasMessage("--registry-port must be at most 65535, not 70000");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--max-waiting", "0"))
        .hasMessageContaining("must be 1 to");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--batch", "a"))
        .hasMessage("--batch must be MODEL=ROWS, not 'a'");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--batch", "a=0"))
        .hasMessageContaining("1 to 4096 rows");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--learning", "speed=9"))
        .hasMessageContaining("--learning: there is no setting 'speed'; there are");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--quality", "window=9"))
        .hasMessage("--quality: window must be from 64 to 65536, is 9");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--trial-memory-mb", "0"))
        .hasMessageContaining("a trial needs at least 1 MiB");
    assertThatThrownBy(() -> TierSettings.of(List.of("--data-dir", "/d"), Map.of()))
        .hasMessage("NEO_POSTGRES_URL is not set");
  }

  @Test
  void eitherHalfCanBeByItself() {
    assertThat(TierSettings.of(List.of("--data-dir", "/d", "--registry", "r.lan:8011"), Map.of()))
        .extracting(TierSettings::registry)
        .isEqualTo(new TierSettings.Registry.Elsewhere("r.lan", 8011));
    assertThat(of("--data-dir", "/d", "--registry-only").registry())
        .isInstanceOfSatisfying(
            TierSettings.Registry.Here.class, here -> assertThat(here.alone()).isTrue());
    assertThatThrownBy(() -> of("--data-dir", "/d", "--registry-only", "--registry", "r:1"))
        .hasMessageContaining("exclude each other");
    assertThatThrownBy(() -> of("--data-dir", "/d", "--registry", "8011"))
        .hasMessage("--registry must be HOST:PORT, not '8011'");
  }

  private static TierSettings of(String... arguments) {
    return TierSettings.of(List.of(arguments), ENVIRONMENT);
  }
}
