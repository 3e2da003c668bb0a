package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.gateway.RegistryView;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** The commands of {@code ./neo model} about the learner beside a champion. */
final class LearnerCommands {
  private LearnerCommands() {}

  /** What those have in common that stop it, or let it go on. */
  abstract static class Change implements Callable<Integer> {
    @CommandLine.Mixin private RegistryDoor door;
    @CommandLine.Mixin private NamedModel model;

    @CommandLine.Option(
        names = "--reason",
        defaultValue = "by hand",
        description = "Why; it is kept in the ledger.")
    private String reason;

    @CommandLine.Option(names = "--json", description = "On one line.")
    private boolean json;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    abstract boolean frozen();

    @Override
    public Integer call() {
      String name = model.name();
      JsonObject learner =
          door.withGateway(
              channel -> new RegistryView(channel, name).freeze(frozen(), door.actor(), reason));
      spec.commandLine().getOut().println(json ? learner.encode() : learner.encodePrettily());
      return 0;
    }
  }

  @CommandLine.Command(
      name = "freeze",
      mixinStandardHelpOptions = true,
      description = "Stops the learner; the champion serves on.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model freeze",
        "  ./neo model freeze --actor anna --reason 'wild market'",
        "  ./neo model freeze spread --gateway models.lan:8021"
      })
  static final class Freeze extends Change {
    @Override
    boolean frozen() {
      return true;
    }
  }

  @CommandLine.Command(
      name = "unfreeze",
      mixinStandardHelpOptions = true,
      description = "Lets the learner go on, whoever or whatever stopped it.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model unfreeze",
        "  ./neo model unfreeze --actor anna --reason 'made room'"
      })
  static final class Unfreeze extends Change {
    @Override
    boolean frozen() {
      return false;
    }
  }

  @CommandLine.Command(
      name = "learner",
      mixinStandardHelpOptions = true,
      description = "What the learner has done, what it kept aside, and whether it stands still.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model learner",
        "  ./neo model learner direction --gateway models.lan:8021 --json"
      })
  static final class Status implements Callable<Integer> {
    @CommandLine.Mixin private TierDoor door;
    @CommandLine.Mixin private NamedModel model;

    @CommandLine.Option(names = "--json", description = "On one line.")
    private boolean json;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
      String name = model.name();
      JsonObject learner = door.withGateway(channel -> new RegistryView(channel, name).learner());
      spec.commandLine().getOut().println(json ? learner.encode() : learner.encodePrettily());
      return 0;
    }
  }

  @CommandLine.Command(
      name = "replay-learning",
      mixinStandardHelpOptions = true,
      description = {
        "Learns the learner's journal again and compares each snapshot.",
        "Prints 'identical' or the first difference; then the exit code is 3."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model replay-learning", "  ./neo model replay-learning --json"})
  static final class Replay implements Callable<Integer> {
    @CommandLine.Mixin private TierDoor door;
    @CommandLine.Mixin private NamedModel model;

    @CommandLine.Option(names = "--json", description = "On one line.")
    private boolean json;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
      String name = model.name();
      JsonObject replay =
          door.withGateway(channel -> new RegistryView(channel, name).replayLearning());
      spec.commandLine().getOut().println(json ? replay.encode() : lines(replay));
      return replay.getBoolean("identical") ? 0 : Neo.DIFFERENT;
    }

    private static String lines(JsonObject replay) {
      String range =
          "records %d to %d, %d snapshots"
              .formatted(
                  replay.getLong("first_sequence"),
                  replay.getLong("last_sequence"),
                  replay.getLong("snapshots"));
      if (replay.getBoolean("identical")) {
        return "identical: " + range;
      }
      return "different: %s%n%s%nrecorded with %s%nreplayed with %s"
          .formatted(
              range,
              replay.getString("difference"),
              String.join(
                  "; ", replay.getJsonArray("recorded_on").stream().map(String::valueOf).toList()),
              replay.getString("replayed_on"));
    }
  }
}
