package ai.neo.orchestrator.configuration;

import java.nio.file.Path;

/** Where a value comes from. */
public sealed interface Origin {
  /** Nobody set it. */
  record Default() implements Origin {
    @Override
    public String describe() {
      return "default";
    }
  }

  /** A line of a file, counted from one. */
  record File(Path path, int line) implements Origin {
    @Override
    public String describe() {
      return path + ":" + line;
    }
  }

  /** An environment variable. */
  record Environment(String variable) implements Origin {
    @Override
    public String describe() {
      return "environment variable " + variable;
    }
  }

  /** An option of the command line, such as {@code --set} or {@code --speed}. */
  record Option(String option) implements Origin {
    @Override
    public String describe() {
      return option;
    }
  }

  /** For people. */
  String describe();
}
