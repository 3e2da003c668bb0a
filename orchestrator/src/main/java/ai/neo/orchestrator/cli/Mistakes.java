package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.configuration.NearestWord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/** What is said when a command line cannot be understood: what, the nearest that can, and help. */
final class Mistakes implements CommandLine.IParameterExceptionHandler {
  private static final int USAGE = 2;

  @Override
  public int handleParseException(CommandLine.ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String path = command.getCommandSpec().qualifiedName();
    String message = e.getMessage();
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      message = unmatched(unmatched.getUnmatched().getFirst(), command);
    }
    message += "; see ./" + path + " --help";
    command.getErr().println(path + ": " + message);
    if (Arrays.stream(arguments).anyMatch(word -> word.split("=", 2)[0].equals("--json"))) {
      Failures.json(command, message, USAGE);
    }
    return USAGE;
  }

  private static String unmatched(String word, CommandLine command) {
    boolean option = word.startsWith("-");
    String name = option ? word.split("=", 2)[0] : word;
    List<String> known = new ArrayList<>();
    if (option) {
      command.getCommandSpec().options().forEach(each -> known.addAll(List.of(each.names())));
    } else {
      known.addAll(command.getSubcommands().keySet());
    }
    String unknown = (option ? "unknown option '" : "unexpected '") + name + "'";
    return known.isEmpty()
        ? unknown
        : unknown + ", did you mean '" + NearestWord.to(name, known) + "'?";
  }
}
