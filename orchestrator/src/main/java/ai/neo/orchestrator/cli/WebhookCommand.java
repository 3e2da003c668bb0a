package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.gateway.WebhookDesk;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** {@code ./neo registry webhook}: who is told of what happens to models. */
@CommandLine.Command(
    name = "webhook",
    mixinStandardHelpOptions = true,
    description = "Adds, lists, removes and tests webhooks of the registry.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo registry webhook add https://hooks.example.com/neo --event promote",
      "  ./neo registry webhook list --json",
      "  ./neo registry webhook test 1",
      "  ./neo registry webhook remove 1"
    })
final class WebhookCommand {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = {
        "Adds one; its host must be among webhook_hosts of the registry's policy file.",
        "Prints the secret that signs its events, this once."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo registry webhook add https://hooks.example.com/neo",
        "  ./neo registry webhook add https://hooks.example.com/neo --event promote,rollback"
      })
  int add(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Parameters(paramLabel = "URL", description = "http or https.") String url,
      @CommandLine.Option(
              names = "--event",
              split = ",",
              description = "The ledger's actions that it is told of; default: all.")
          List<String> events,
      @CommandLine.Option(names = "--secret-file", description = "Else a secret is made.")
          Path secret,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json) {
    String given = secret == null ? "" : RegistryDoor.read(secret).strip();
    List<String> wanted = Optional.ofNullable(events).orElse(List.of());
    return print(
        door.with(channel -> new WebhookDesk(channel).add(url, wanted, given, door.actor())), json);
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "All of them, and how far they are.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo registry webhook list", "  ./neo registry webhook list --json"})
  int list(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json) {
    return print(door.with(channel -> new WebhookDesk(channel).list()), json);
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Tells it no more.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo registry webhook remove 1 --reason 'the receiver moved'"})
  int remove(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Parameters(paramLabel = "ID", description = "Of list.") long id,
      @CommandLine.Option(
              names = "--reason",
              defaultValue = "",
              description = "Why; goes to the ledger.")
          String reason,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json) {
    return print(
        door.with(channel -> new WebhookDesk(channel).remove(id, door.actor(), reason)), json);
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Sends a test event now; exit code 3 if it is not taken.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo registry webhook test 1"})
  int test(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Parameters(paramLabel = "ID", description = "Of list.") long id,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json) {
    JsonObject sent = door.with(channel -> new WebhookDesk(channel).test(id));
    print(sent, json);
    return sent.getBoolean("delivered") ? 0 : Neo.DIFFERENT;
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Who added, changed and removed them; exit code 3 if the chain is broken.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo registry webhook history", "  ./neo registry webhook history --json"})
  int history(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json) {
    JsonObject history = door.with(channel -> new WebhookDesk(channel).history());
    print(history, json);
    return history.getBoolean("chain_intact") ? 0 : Neo.DIFFERENT;
  }

  private int print(JsonObject object, boolean oneLine) {
    spec.commandLine().getOut().println(oneLine ? object.encode() : object.encodePrettily());
    return 0;
  }
}
