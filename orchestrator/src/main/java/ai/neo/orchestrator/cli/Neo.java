package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.journal.CorruptJournalException;
import ai.neo.orchestrator.marketdata.recorded.BadMarketDataException;
import ai.neo.orchestrator.operations.OperationsException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
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
      "  5 a needed service is away   130 interrupted"
    })
public final class Neo {
  static final int DIFFERENT = 3;
  static final int CORRUPT = 4;
  static final int AWAY = 5;

  private Neo() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Neo());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(new Mistakes());
    line.setExecutionExceptionHandler(Neo::failed);
    return line;
  }

  private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    int code =
        switch (e) {
          case OperationsException known -> known.exitCode();
          case CorruptJournalException corrupt -> CORRUPT;
          case BadMarketDataException bad -> CORRUPT;
          case IllegalArgumentException wrong -> 2;
          case StatusRuntimeException status ->
              status.getStatus().getCode() == Status.Code.UNAVAILABLE ? AWAY : DIFFERENT;
          case IOException io -> AWAY;
          case UncheckedIOException io -> AWAY;
          default -> 1;
        };
    String message =
        e instanceof StatusRuntimeException status
            ? status.getStatus().getDescription()
            : e.getMessage();
    (message == null ? e.toString() : message)
        .lines()
        .forEach(line -> command.getErr().println("neo: " + line));
    if (code == 1) {
      e.printStackTrace(command.getErr());
    }
    return code;
  }
}
