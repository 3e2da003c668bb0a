package ai.neo.orchestrator.cli;

import java.util.Optional;
import picocli.CommandLine;

/** The model that a command is about as a whole: {@code NAME} or {@code --model NAME}. */
final class NamedModel {
  @CommandLine.Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The model (default: direction).")
  private Optional<String> named = Optional.empty();

  @CommandLine.Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The same, as other commands take it.")
  private Optional<String> model = Optional.empty();

  String name() {
    return name(named, model);
  }

  /** Of whichever was given, for a command whose {@code --model} comes from elsewhere. */
  static String name(Optional<String> named, Optional<String> model) {
    if (named.isPresent() && model.isPresent() && !named.equals(model)) {
      throw new IllegalArgumentException(
          "'%s' and --model %s name two models; leave one out".formatted(named.get(), model.get()));
    }
    String name = named.or(() -> model).orElse(ModelName.USUAL);
    if (name.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "'" + name + "' is a version; this is about a model as a whole: expected NAME");
    }
    return name;
  }
}
