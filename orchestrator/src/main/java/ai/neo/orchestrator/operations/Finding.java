package ai.neo.orchestrator.operations;

import java.util.Objects;

/**
 * What the doctor saw of one thing.
 *
 * @param check what was looked at
 * @param detail what was seen
 * @param remedy how to mend it; empty when all is well
 */
public record Finding(String check, Level level, String detail, String remedy) {
  public Finding {
    Objects.requireNonNull(level, "level");
    if (level != Level.OK && remedy.isBlank()) {
      throw new IllegalArgumentException(check + " is " + level + ", expected a remedy with it");
    }
  }

  /** How bad it is. */
  public enum Level {
    OK,
    /** Neo runs; something is not as it should be. */
    WARN,
    /** Neo does not run, or not rightly. */
    FAIL
  }

  static Finding ok(String check, String detail) {
    return new Finding(check, Level.OK, detail, "");
  }

  static Finding warn(String check, String detail, String remedy) {
    return new Finding(check, Level.WARN, detail, remedy);
  }

  static Finding fail(String check, String detail, String remedy) {
    return new Finding(check, Level.FAIL, detail, remedy);
  }
}
