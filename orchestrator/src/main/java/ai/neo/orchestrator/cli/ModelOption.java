package ai.neo.orchestrator.cli;

import java.util.Optional;
import picocli.CommandLine;

/** Which model a command is about. */
final class ModelOption {
  @CommandLine.Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The model (default: direction).")
  private Optional<String> model = Optional.empty();

  Optional<String> given() {
    return model;
  }

  String name() {
    return model.orElse(ModelName.USUAL);
  }

  /** A version of it, or of the model that is named with the version. */
  ModelName version(String text) {
    return ModelName.ofVersion(text, model);
  }
}
