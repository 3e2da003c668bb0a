package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the halves of the model tier are told. */
class TierCommandsTest {
  @Test
  void aGatewayAloneTakesWhatTheRunsTakesBySettings() {
    List<String> told =
        told(
            new TierCommands.Gateway(),
            ("--registry r:1 --data-dir d --forward t=h:1 --forward u=h:2/a --forward-hedge-ms 7"
                + " --model-repository models --batch a=32 --inference-threads 3 --max-waiting 9"
                + " --trial-memory-mb 64 --learning snapshotEvery=64 --quality window=256"
                + " --model-threads a=2 --model-waiting b=7"));
    assertThat(told).containsSequence("--forward", "t=h:1", "--forward", "u=h:2/a");
    assertThat(told).containsSequence("--forward-hedge-ms", "7");
    assertThat(told)
        .containsSequence("--model-repository", Path.of("models").toAbsolutePath().toString());
    assertThat(told).containsSequence("--batch", "a=32", "--inference-threads", "3");
    assertThat(told).containsSequence("--max-waiting", "9", "--trial-memory-mb", "64");
    assertThat(told).containsSequence("--learning", "snapshotEvery=64", "--quality", "window=256");
    assertThat(told).containsSequence("--model-threads", "a=2", "--model-waiting", "b=7");
    assertThat(told(new TierCommands.Gateway(), "--registry r:1"))
        .doesNotContain("--forward", "--batch", "--learning");
  }

  @Test
  void aRegistryAloneKnowsItsGatewayAndItsNames() {
    assertThat(
            told(
                new TierCommands.Registry(),
                "--gateway g:8021 --may-end old --mlflow-host 0.0.0.0 --allow-host models.lan"))
        .containsSequence("--mlflow-host", "0.0.0.0", "--allow-host", "models.lan")
        .containsSequence("--gateway", "g:8021", "--may-end", "old");
    assertThatThrownBy(() -> told(new TierCommands.Registry(), "--gateway 8021"))
        .hasMessageStartingWith("'8021' is no address; expected HOST:PORT");
  }

  private static List<String> told(TierCommands.Tier command, String words) {
    new CommandLine(command).parseArgs(words.split(" "));
    return command.arguments();
  }
}
