package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.operations.OperationsException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo halt|flatten|kill|resume}: tell the run that uses the data directory. */
final class OperatorCommands {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private OperatorCommands() {}

  /** What the four have in common. */
  abstract static class Operator implements Callable<Integer> {
    @CommandLine.Mixin private DataDirOption dataDir;

    @CommandLine.Option(names = "--reason", description = "Why; it is kept with the command.")
    private String reason = "";

    @CommandLine.Option(names = "--json", description = "The answer as one JSON object.")
    private boolean json;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
      String command = spec.name();
      HttpResponse<String> response;
      try (HttpClient client =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
        response =
            client.send(
                HttpRequest.newBuilder(URI.create(dataDir.running().getString("api") + "/commands"))
                    .timeout(TIMEOUT)
                    .header("Authorization", "Bearer " + dataDir.token())
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            new JsonObject()
                                .put("command", command)
                                .put("reason", reason)
                                .encode()))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
      }
      if (response.statusCode() != 200) {
        throw new OperationsException(Neo.DIFFERENT, response.body());
      }
      spec.commandLine().getOut().println(json ? response.body() : command + ": accepted");
      return 0;
    }
  }

  @CommandLine.Command(
      name = "halt",
      mixinStandardHelpOptions = true,
      description = "No new entries; exits and stops work on.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo halt", "  ./neo halt --reason 'news at noon'"})
  static final class Halt extends Operator {}

  @CommandLine.Command(
      name = "flatten",
      mixinStandardHelpOptions = true,
      description = "Close every position, then no new entries.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo flatten", "  ./neo flatten --data-dir /srv/neo"})
  static final class Flatten extends Operator {}

  @CommandLine.Command(
      name = "kill",
      mixinStandardHelpOptions = true,
      description = "Cancel everything and send nothing more.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo kill", "  ./neo kill --json"})
  static final class Kill extends Operator {}

  @CommandLine.Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Trade again.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo resume", "  ./neo resume --reason 'all clear'"})
  static final class Resume extends Operator {}
}
