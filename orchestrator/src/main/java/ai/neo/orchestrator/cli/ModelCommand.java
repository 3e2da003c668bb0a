package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.gateway.RegistryDesk;
import ai.neo.orchestrator.gateway.RegistryView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;

/** {@code ./neo model …}: versions of a model, which the running loop asks or others do. */
@CommandLine.Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = {
      "Trains, lists, promotes and rolls back versions, and tends the learner.",
      "All of it while the loop runs. A bare version is one of the model direction; another is"
          + " named as NAME@VERSION, or with --model NAME."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model list",
      "  ./neo model train --architecture lstm",
      "  ./neo model push my.onnx",
      "  ./neo model ensemble 2 3 --out both.ensemble",
      "  ./neo model evaluate direction@3 --against 2",
      "  ./neo model explain direction --row row.json",
      "  ./neo model bench direction",
      "  ./neo model promote 3 --reason 'better on May'",
      "  ./neo model rollback",
      "  ./neo model route direction --canary 5 --share 0.1",
      "  ./neo model freeze --reason 'wild market'",
      "  ./neo model quality",
      "  ./neo model replay-learning",
      "  ./neo model history --json",
      "  ./neo model history direction --at 2026-11-21T10:00:00Z",
      "  ./neo model verify"
    },
    subcommands = {
      ModelTrainCommand.class,
      ModelPushCommand.class,
      ModelExportCommand.class,
      ModelEnsembleCommand.class,
      ModelRowsCommand.class,
      ModelEvaluateCommand.class,
      ModelBenchCommand.class,
      ModelExplainCommand.class,
      ModelRouteCommand.class,
      ModelQualityCommand.class,
      LearnerCommands.Status.class,
      LearnerCommands.Freeze.class,
      LearnerCommands.Unfreeze.class,
      LearnerCommands.Replay.class,
      GateCommands.Gates.class,
      GateCommands.Approve.class,
      GateCommands.Verify.class,
      GateCommands.Diff.class,
      GateCommands.Sign.class,
      GateCommands.SignEvaluation.class
    })
final class ModelCommand {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** How a version is promoted. */
  static final class Promotion {
    @CommandLine.ArgGroup private PromotionWay way;

    @CommandLine.Option(
        names = "--expect",
        paramLabel = "VERSION",
        defaultValue = "",
        description = "Only when this is the champion now.")
    private String expected;

    @CommandLine.Option(
        names = "--reason",
        defaultValue = "by hand",
        description = "Why; it is kept in the ledger.")
    private String reason;

    @CommandLine.Option(names = "--json", description = "On one line.")
    private boolean json;

    private boolean request() {
      return way != null && way.request;
    }

    private boolean force() {
      return way != null && way.force;
    }
  }

  /** Instead of just promoting. */
  static final class PromotionWay {
    @CommandLine.Option(
        names = "--request",
        description = "Ask for it; somebody else says ./neo model approve ID.")
    private boolean request;

    @CommandLine.Option(
        names = "--force",
        description = "Waive the gates, where the registry's policy allows that; it is recorded.")
    private boolean force;
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "All versions.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model list",
        "  ./neo model list spread --registry models.lan:8001",
        "  ./neo model list --json --data-dir /srv/neo"
      })
  int list(
      @CommandLine.Mixin TierDoor door,
      @CommandLine.Mixin NamedModel model,
      @CommandLine.Option(names = "--json", description = "All as one JSON object.") boolean json) {
    String name = model.name();
    rows(
        door.withRegistry(channel -> new RegistryView(channel, name).versions()),
        json,
        this::version);
    return 0;
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = {
        "One version, and of a champion the last swap.",
        "Of the swap: how long it took, and the 99th percentile of the answers' times before and"
            + " since."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model show                     # the champion",
        "  ./neo model show 3",
        "  ./neo model show spread@3 --json",
        "  ./neo model show --registry models.lan:8001 --gateway models.lan:8021"
      })
  int show(
      @CommandLine.Mixin TierDoor door,
      @CommandLine.Mixin ModelOption model,
      @CommandLine.Parameters(
              arity = "0..1",
              paramLabel = "NAME[@VERSION]",
              description = "Or a bare VERSION; without a version, the champion.")
          Optional<String> which,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json) {
    ModelName wanted =
        which
            .map(text -> ModelName.of(text, model.given()))
            .orElseGet(() -> new ModelName(model.name(), ""));
    JsonObject version =
        door.withRegistry(
            channel -> new RegistryView(channel, wanted.name()).version(wanted.version()));
    if (version.getJsonArray("aliases").contains("champion")) {
      door.withGateway(channel -> new RegistryView(channel, wanted.name()).lastSwap())
          .filter(swap -> swap.getString("to_version").equals(version.getString("version")))
          .ifPresent(swap -> version.put("last_swap", swap));
    }
    object(version, json);
    return 0;
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = {
        "What happened, and why; then what waits for a second person, with the id to approve.",
        "With --json each entry has its evidence."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model history",
        "  ./neo model history --json",
        "  ./neo model history direction --at 2026-11-21T10:00:00Z"
      })
  int history(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Mixin NamedModel model,
      @CommandLine.Option(
              names = "--at",
              paramLabel = "TIME",
              description = "Only who was champion then, by the ledger: 2026-11-21T10:00:00Z.")
          String at,
      @CommandLine.Option(names = "--json", description = "All as one JSON object.") boolean json) {
    String name = model.name();
    if (at != null) {
      object(door.with(channel -> new RegistryDesk(channel, name).championAt(at)), json);
      return 0;
    }
    JsonObject all = door.with(channel -> new RegistryView(channel, name).history(Instant.now()));
    if (!all.getBoolean("chain_intact")) {
      spec.commandLine()
          .getErr()
          .println("neo: the ledger's chain of hashes is broken: somebody has changed it");
    }
    if (json) {
      object(all, true);
      return 0;
    }
    rows(all.getJsonArray("items"), false, ModelCommand::entry);
    all.getJsonArray("waiting")
        .forEach(one -> spec.commandLine().getOut().println(waiting((JsonObject) one)));
    return 0;
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = {
        "Loads, checks and warms a version, then makes it the champion.",
        "A gateway does that; of a registry that runs by itself name a gateway that follows it,"
            + " with --gateway."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model promote 3 --reason 'better on May'",
        "  ./neo model promote 3 --expect 2",
        "  ./neo model promote spread@3 --gateway models.lan:8021 --actor anna",
        "  ./neo model promote 3 --request --actor anna --reason 'better on May'"
      })
  int promote(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Mixin ModelOption model,
      @CommandLine.Mixin Promotion how,
      @CommandLine.Parameters(
              paramLabel = "[NAME@]VERSION",
              description = "Of the model direction where no other is named.")
          String which) {
    ModelName wanted = model.version(which);
    String version = wanted.version();
    String actor = door.actor();
    if (how.request()) {
      object(
          door.with(
              channel ->
                  new RegistryDesk(channel, wanted.name()).request(version, actor, how.reason)),
          how.json);
      return 0;
    }
    if (how.force()) {
      JsonObject waiver =
          door.with(
              channel ->
                  new RegistryDesk(channel, wanted.name()).waive(version, actor, how.reason));
      spec.commandLine()
          .getErr()
          .println(
              "neo: waiver %d is in the ledger; where the policy asks for a second person,"
                      .formatted(waiver.getLong("id"))
                  + " it counts once somebody else says ./neo model approve "
                  + waiver.getLong("id"));
    }
    object(
        door.withGateway(
            channel ->
                new RegistryView(channel, wanted.name())
                    .promote(version, how.expected, actor, how.reason)),
        how.json);
    return 0;
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Makes the previous champion the champion again.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model rollback",
        "  ./neo model rollback --actor anna --reason 'worse than it looked'",
        "  ./neo model rollback spread --gateway models.lan:8021"
      })
  int rollback(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Mixin NamedModel model,
      @CommandLine.Option(
              names = "--reason",
              defaultValue = "by hand",
              description = "Why; it is kept in the ledger.")
          String reason,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json) {
    String name = model.name();
    object(
        door.withGateway(channel -> new RegistryView(channel, name).rollback(door.actor(), reason)),
        json);
    return 0;
  }

  private void rows(JsonArray rows, boolean json, Function<JsonObject, String> line) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new JsonObject().put("items", rows).encode());
      return;
    }
    rows.forEach(row -> out.println(line.apply((JsonObject) row)));
    if (rows.isEmpty()) {
      out.println("none yet");
    }
  }

  /**
   * {@code v3 champion neo-djl 10ea8f737fce from v1 by learner 2026-11-21T09:32:36Z accuracy …}.
   */
  private String version(JsonObject version) {
    StringBuilder metrics = new StringBuilder();
    for (var metric : version.getJsonObject("metrics", new JsonObject())) {
      double value = ((Number) metric.getValue()).doubleValue();
      metrics.append(String.format(Locale.ROOT, "  %s %.4g", metric.getKey(), value));
    }
    String parent = version.getString("parent_version");
    return String.format(
        Locale.ROOT,
        "%-5s %-10s %-8s %.12s  %-8s by %-9s %.19sZ%s",
        "v" + version.getString("version"),
        String.join(",", version.getJsonArray("aliases").stream().map(String::valueOf).toList()),
        version.getString("format"),
        version.getString("digest"),
        parent.isEmpty() ? "" : "from v" + parent,
        version.getString("created_by"),
        version.getString("created_at"),
        metrics);
  }

  /** {@code 2026-11-21T09:32:36Z v15 gate-refused by learner: earns no more than the champion}. */
  private static String entry(JsonObject entry) {
    return String.format(
        Locale.ROOT,
        "%.19sZ  %-5s %-18s by %-9s %s",
        entry.getString("time"),
        "v" + entry.getString("version"),
        entry.getString("action"),
        entry.getString("actor"),
        entry.getString("reason"));
  }

  /** {@code v5 waits …: request 7 by anna until …: ./neo model approve 7 --actor NAME}. */
  private static String waiting(JsonObject one) {
    return "v%s waits for a second person: %s %d by %s until %.19sZ: ./neo model approve %d --actor NAME"
        .formatted(
            one.getString("version"),
            one.getString("what").equals("waiver") ? "waiver" : "request",
            one.getLong("id"),
            one.getString("requested_by"),
            one.getString("expires_at"),
            one.getLong("id"));
  }

  private void object(JsonObject object, boolean oneLine) {
    spec.commandLine().getOut().println(oneLine ? object.encode() : object.encodePrettily());
  }
}
