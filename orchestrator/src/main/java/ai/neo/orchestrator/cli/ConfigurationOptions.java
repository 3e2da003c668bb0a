package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.configuration.Configuration;
import ai.neo.orchestrator.configuration.ConfigurationSources;
import ai.neo.orchestrator.configuration.Given;
import ai.neo.orchestrator.configuration.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/** The options by which a command is told its configuration. */
final class ConfigurationOptions {
  @CommandLine.Mixin private DataDirOption dataDir;

  @CommandLine.Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML with sections and keys (default: DATA_DIR/neo.yaml, if it is there).")
  private Optional<Path> file = Optional.empty();

  @CommandLine.Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Sets a key, over environment NEO_SECTION__KEY, over the file; may be given more than"
              + " once. './neo config show' lists all keys.")
  private Map<String, String> set = new LinkedHashMap<>();

  DataDirOption dataDir() {
    return dataDir;
  }

  /** Everything, read and checked. */
  Configuration read() {
    return read(List.of());
  }

  /**
   * @param shorthands what was given by an option of its own; holds over {@code --set}
   */
  Configuration read(List<Given> shorthands) {
    List<Given> options = new ArrayList<>();
    set.forEach((key, text) -> options.add(new Given(key, text, new Origin.Option("--set"))));
    options.addAll(shorthands);
    return new ConfigurationSources(
            dataDir.path().resolve("neo.yaml"), file, System.getenv(), options)
        .read();
  }
}
