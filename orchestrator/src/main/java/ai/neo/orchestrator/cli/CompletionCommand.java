package ai.neo.orchestrator.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;

/** {@code ./neo completion}. */
@CommandLine.Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints a script that lets the shell complete Neo's commands and options.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(./neo completion bash)          # in bash; in ~/.bashrc to keep it",
      "  source <(./neo completion zsh)           # in zsh; in ~/.zshrc to keep it"
    })
final class CompletionCommand implements Callable<Integer> {
  /** The shells. */
  enum Shell {
    BASH,
    ZSH
  }

  @CommandLine.Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private Shell shell;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    String script = AutoComplete.bash(root.getCommandName(), root);
    spec.commandLine()
        .getOut()
        .println(
            switch (shell) {
              case BASH -> script;
              case ZSH -> "autoload -U +X bashcompinit && bashcompinit\n" + script;
            });
    return 0;
  }
}
