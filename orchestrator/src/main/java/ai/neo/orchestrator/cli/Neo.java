package ai.neo.orchestrator.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;

/** {@code ./neo}: the commands, and how their failures become exit codes. */
@CommandLine.Command(
    name = "neo",
    description = "An autonomous trading system.",
    mixinStandardHelpOptions = true,
    version = "neo 0.1.0",
    subcommands = {
      RunCommand.class,
      ReplayCommand.class,
      ConfigCommand.class,
      DoctorCommand.class,
      ModelCommand.class,
      TierCommands.Registry.class,
      TierCommands.Gateway.class,
      OperatorCommands.Halt.class,
      OperatorCommands.Flatten.class,
      OperatorCommands.Kill.class,
      OperatorCommands.Resume.class,
      CompletionCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo run                 # trade the bundled data; page at 127.0.0.1:8080",
      "  ./neo doctor              # is everything there that a run needs?",
      "  ./neo config show         # every key that can be set",
      "",
      "Exit codes:",
      "  0 done   1 internal failure   2 wrong usage or configuration",
      "  3 a check found a difference or refused   4 data corrupt",
      "  5 a needed service is away   130 interrupted",
      "With --json a failure is {\"error\": ..., \"exit_code\": N} on stdout."
    })
public final class Neo {
  static final int DIFFERENT = 3;
  static final int CORRUPT = 4;
  static final int AWAY = 5;

  /** Writes a stack trace for a name that does not resolve, which a command says in a sentence. */
  private static final Logger CHANNELS = Logger.getLogger("io.grpc.internal.ManagedChannelImpl");

  private Neo() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    CHANNELS.setLevel(Level.SEVERE);
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Neo());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(new Mistakes());
    line.setExecutionExceptionHandler(new Failures());
    return line;
  }
}
