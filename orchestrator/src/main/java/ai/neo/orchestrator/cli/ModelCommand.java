package ai.neo.orchestrator.cli;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.gateway.RegistryDesk;
import ai.neo.orchestrator.gateway.RegistryView;
import ai.neo.orchestrator.operations.OperationsException;
import ai.neo.proto.registry.v1.GoldenRows;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;

/** {@code ./neo model …}: versions of the model that the running loop asks. */
@CommandLine.Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description =
        "Trains, lists, pushes, evaluates, explains, promotes, exports and rolls back versions while"
            + " the loop runs, and watches over the learner.",
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
      ModelExportCommand.class,
      ModelEnsembleCommand.class,
      ModelRowsCommand.class,
      ModelEvaluateCommand.class,
      ModelBenchCommand.class,
      ModelExplainCommand.class,
      ModelRouteCommand.class,
      ModelQualityCommand.class,
      GateCommands.Gates.class,
      GateCommands.Approve.class,
      GateCommands.Verify.class,
      GateCommands.Diff.class,
      GateCommands.Sign.class,
      GateCommands.SignEvaluation.class
    })
final class ModelCommand {
  private static final String MODEL = "direction";
  private static final String ACTOR = "operator";
  private static final int EXIT_DIFFERENT = 3;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

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

  private interface Call {
    JsonObject on(RegistryView registry) throws IOException;
  }

  private static int with(
      DataDirOption dataDir, Call call, java.util.function.Consumer<JsonObject> then)
      throws IOException {
    JsonObject running = dataDir.running();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                running.getString("gateway_host"), running.getInteger("gateway_port"))
            .usePlaintext()
            .maxInboundMessageSize(64 * 1024 * 1024)
            .build();
    try {
      then.accept(call.on(new RegistryView(channel, MODEL)));
      return 0;
    } finally {
      channel.shutdownNow();
    }
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "All versions.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model list", "  ./neo model list --json --data-dir /srv/neo"})
  int list(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Option(names = "--json", description = "All as one JSON object.") boolean json)
      throws IOException {
    return with(
        dataDir, ModelCommand::all, all -> rows(all.getJsonArray("items"), json, this::version));
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "One version.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model show 3", "  ./neo model show 3 --json"})
  int show(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Parameters(paramLabel = "VERSION", description = "Its number.") String version,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    return with(
        dataDir,
        ModelCommand::all,
        all ->
            all.getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .filter(one -> one.getString("version").equals(version))
                .findFirst()
                .ifPresentOrElse(
                    one -> object(one, json),
                    () -> {
                      throw new IllegalArgumentException("there is no version " + version);
                    }));
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "What happened, and why.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model history",
        "  ./neo model history --json",
        "  ./neo model history direction --at 2026-11-21T10:00:00Z"
      })
  int history(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Parameters(
              paramLabel = "NAME",
              defaultValue = MODEL,
              description = "The model (default: direction).")
          String model,
      @CommandLine.Option(
              names = "--at",
              paramLabel = "TIME",
              description = "Only who was champion then, by the ledger: 2026-11-21T10:00:00Z.")
          String at,
      @CommandLine.Option(names = "--json", description = "All as one JSON object.") boolean json)
      throws IOException {
    if (at != null) {
      object(door.with(channel -> new RegistryDesk(channel, model).championAt(at)), json);
    } else {
      JsonObject all = door.with(channel -> all(new RegistryView(channel, model)));
      rows(all.getJsonArray("history"), json, this::entry);
    }
    return 0;
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Registers a file as the next version; it does not serve yet.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model push my.onnx",
        "  ./neo model push my.onnx --golden answers.json",
        "  ./neo model push both.ensemble --json"
      })
  int push(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Parameters(paramLabel = "FILE", description = "An ONNX file, or an ensemble.")
          Path file,
      @CommandLine.Option(
              names = "--feature-set",
              description = "Id of the features it was made for (default: the bundled set's).")
          String featureSet,
      @CommandLine.Option(
              names = "--golden",
              paramLabel = "ROWS",
              description = "Rows and their answers, as JSON; checked wherever it is loaded.")
          Optional<Path> golden,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    byte[] content = Files.readAllBytes(file);
    GoldenRows rows =
        golden.isPresent() ? GoldenFile.read(golden.get()) : GoldenRows.getDefaultInstance();
    String id =
        featureSet == null
            ? FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT).id()
            : featureSet;
    return with(
        dataDir, registry -> registry.push(content, id, rows, ACTOR), one -> object(one, json));
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Loads, checks and warms a version, then makes it the champion.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model promote 3 --reason 'better on May'",
        "  ./neo model promote 3 --expect 2",
        "  ./neo model promote 3 --request --actor anna --reason 'better on May'"
      })
  int promote(
      @CommandLine.Mixin RegistryDoor door,
      @CommandLine.Option(
              names = "--expect",
              paramLabel = "VERSION",
              defaultValue = "",
              description = "Only when this is the champion now.")
          String expected,
      @CommandLine.ArgGroup PromotionWay way,
      @CommandLine.Parameters(paramLabel = "VERSION", description = "Its number.") String version,
      @CommandLine.Option(
              names = "--reason",
              defaultValue = "by hand",
              description = "Why; it is kept in the ledger.")
          String reason,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    boolean request = way != null && way.request;
    boolean force = way != null && way.force;
    String actor = door.actor();
    JsonObject answer =
        door.with(
            channel -> {
              RegistryDesk desk = new RegistryDesk(channel, MODEL);
              if (request) {
                return desk.request(version, actor, reason);
              }
              if (force) {
                JsonObject waiver = desk.waive(version, actor, reason);
                spec.commandLine()
                    .getErr()
                    .println(
                        "neo: waiver %d is in the ledger; where the policy asks for a second person,"
                                .formatted(waiver.getLong("id"))
                            + " it counts once somebody else says ./neo model approve "
                            + waiver.getLong("id"));
              }
              return new RegistryView(channel, MODEL).promote(version, expected, actor, reason);
            });
    object(answer, json);
    return 0;
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Makes the previous champion the champion again.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model rollback", "  ./neo model rollback --reason 'worse than it looked'"})
  int rollback(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Option(
              names = "--reason",
              defaultValue = "by hand",
              description = "Why; it is kept in the ledger.")
          String reason,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    return with(dataDir, registry -> registry.rollback(ACTOR, reason), one -> object(one, json));
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Stops the learner; the champion serves on.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model freeze", "  ./neo model freeze --reason 'wild market'"})
  int freeze(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Option(
              names = "--reason",
              defaultValue = "by hand",
              description = "Why; it is kept in the ledger.")
          String reason,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    return with(
        dataDir, registry -> registry.freeze(true, ACTOR, reason), one -> object(one, json));
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Lets the learner go on, whoever or whatever stopped it.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model unfreeze", "  ./neo model unfreeze --reason 'made room'"})
  int unfreeze(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Option(
              names = "--reason",
              defaultValue = "by hand",
              description = "Why; it is kept in the ledger.")
          String reason,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    return with(
        dataDir, registry -> registry.freeze(false, ACTOR, reason), one -> object(one, json));
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "What the learner has done, what it kept aside, and whether it stands still.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model learner", "  ./neo model learner --json"})
  int learner(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    return with(dataDir, RegistryView::learner, one -> object(one, json));
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
  int replayLearning(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    boolean[] identical = {false};
    int done =
        with(
            dataDir,
            RegistryView::replayLearning,
            one -> {
              identical[0] = one.getBoolean("identical");
              spec.commandLine().getOut().println(json ? one.encode() : replayed(one));
            });
    return identical[0] ? done : EXIT_DIFFERENT;
  }

  private static String replayed(JsonObject replay) {
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

  /** Nothing and nobody there are two things. */
  private static JsonObject all(RegistryView registry) {
    JsonObject all = registry.json();
    if (all.containsKey("away")) {
      throw new OperationsException(
          Neo.AWAY,
          "the registry does not answer ("
              + all.getString("away")
              + "); it is started again by itself, so try once more, or see ./neo doctor");
    }
    if (!all.getBoolean("chain_intact", true)) {
      System.err.println("neo: the ledger's chain of hashes is broken: somebody has changed it");
    }
    return all;
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
  private String entry(JsonObject entry) {
    return String.format(
        Locale.ROOT,
        "%.19sZ  %-5s %-18s by %-9s %s",
        entry.getString("time"),
        "v" + entry.getString("version"),
        entry.getString("action"),
        entry.getString("actor"),
        entry.getString("reason"));
  }

  private void object(JsonObject object, boolean oneLine) {
    spec.commandLine().getOut().println(oneLine ? object.encode() : object.encodePrettily());
  }
}
