package ai.neo.orchestrator.configuration;

import java.util.List;

/** Something that was set cannot be used; the message has a line for each such thing. */
public final class ConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  ConfigurationException(List<String> problems) {
    super(String.join("\n", problems));
  }

  ConfigurationException(String problem, Throwable cause) {
    super(problem, cause);
  }
}
