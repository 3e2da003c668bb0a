package ai.neo.modelregistry.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.proto.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyFileTest {
  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("policy.yaml"), text);
  }

  @Test
  void readsEverything() throws IOException {
    SigningKey anna = SigningKey.generate();
    RegistryPolicy policy =
        PolicyFile.read(
            file(
                """
                evaluators: {anna: %s}
                signers:
                  release: %s
                torchscript: signed
                webhook_hosts: [hooks.example.com, "127.0.0.1:9000"]
                models:
                  direction:
                    signed_evaluation: true
                    minimum_samples: 1000
                    sequential_test: {alpha: 0.05, bound: 0.01}
                    second_person: true
                    approvals_last_hours: 2
                    allow_force: true
                    gate_first: true
                  "*": {minimum_samples: 5}
                """
                    .formatted(anna.verifyingKey().text(), anna.verifyingKey().text())));
    assertThat(policy.gates("direction"))
        .isEqualTo(
            new GateSettings(
                true,
                1000,
                Optional.of(new GateSettings.Sequential(0.05, 0.01)),
                true,
                Duration.ofHours(2),
                true,
                true));
    assertThat(policy.gates("other").minimumSamples()).isEqualTo(5);
    assertThat(policy.evaluator(anna.verifyingKey().id()).orElseThrow().getKey()).isEqualTo("anna");
    assertThat(policy.signedTorchScript()).isTrue();
    assertThat(policy.webhookHosts())
        .containsExactlyInAnyOrder("hooks.example.com", "127.0.0.1:9000");
  }

  @Test
  void whatIsNoYamlIsSaidWithItsLine() throws IOException {
    assertThatThrownBy(() -> PolicyFile.read(file("webhook_hosts: []\nmodels: [a\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(".*:[23]: no valid YAML: .*");
  }

  @Test
  void nothingIsNoGate() throws IOException {
    assertThat(PolicyFile.read(file(""))).isEqualTo(RegistryPolicy.NONE);
    assertThat(RegistryPolicy.NONE.gates("direction")).isEqualTo(GateSettings.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          models: {direction: {minimum_sample: 3}}       | models.direction.minimum_sample is not known
          models: {direction: {minimum_samples: many}}   | models.direction.minimum_samples="many"; expected a whole number
          models: {direction: {second_person: 3}}        | expected true or false
          models: {direction: {sequential_test: {alpha: 2, bound: 1}}} | alpha must lie between 0 and 1
          models: {direction: {sequential_test: {alpha: 0.1}}} | models.direction.sequential_test.bound
          models: {direction: {signed_evaluation: true}} | no evaluator is named
          evaluators: {anna: abc}                        | evaluators.anna: no public key of Ed25519
          torchscript: maybe                             | expected one of [allowed, signed]
          models: [1]                                    | expected a mapping
          gates: {}                                      | gates is not known
          """)
  void namesTheKeyThatIsWrong(String text, String message) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> PolicyFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
