package ai.neo.orchestrator.cli;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.gateway.RegistryView;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/** {@code ./neo model …}: versions of the model that the running loop asks. */
@CommandLine.Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = "Lists, pushes, promotes and rolls back model versions while the loop runs.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model list",
      "  ./neo model push my.onnx",
      "  ./neo model promote 3 --reason 'better on May'",
      "  ./neo model rollback",
      "  ./neo model history --json"
    })
final class ModelCommand {
  private static final String MODEL = "direction";
  private static final String ACTOR = "operator";

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

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
    return with(dataDir, RegistryView::json, all -> rows(all.getJsonArray("items"), json));
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
        RegistryView::json,
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
      footer = {"  ./neo model history", "  ./neo model history --json"})
  int history(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Option(names = "--json", description = "All as one JSON object.") boolean json)
      throws IOException {
    return with(dataDir, RegistryView::json, all -> rows(all.getJsonArray("history"), json));
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Registers a file as the next version; it does not serve yet.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model push my.onnx", "  ./neo model push my.onnx --feature-set ID --json"})
  int push(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Parameters(paramLabel = "FILE", description = "An ONNX file.") Path file,
      @CommandLine.Option(
              names = "--feature-set",
              description = "Id of the features it was made for (default: the bundled set's).")
          String featureSet,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    byte[] content = Files.readAllBytes(file);
    String id =
        featureSet == null
            ? FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT).id()
            : featureSet;
    return with(dataDir, registry -> registry.push(content, id, ACTOR), one -> object(one, json));
  }

  @CommandLine.Command(
      mixinStandardHelpOptions = true,
      description = "Loads, checks and warms a version, then makes it the champion.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model promote 3", "  ./neo model promote 3 --reason 'better on May'"})
  int promote(
      @CommandLine.Mixin DataDirOption dataDir,
      @CommandLine.Parameters(paramLabel = "VERSION", description = "Its number.") String version,
      @CommandLine.Option(
              names = "--reason",
              defaultValue = "by hand",
              description = "Why; it is kept in the ledger.")
          String reason,
      @CommandLine.Option(names = "--json", description = "On one line.") boolean json)
      throws IOException {
    return with(
        dataDir, registry -> registry.promote(version, ACTOR, reason), one -> object(one, json));
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

  private void rows(JsonArray rows, boolean json) {
    if (json) {
      spec.commandLine().getOut().println(new JsonObject().put("items", rows).encode());
      return;
    }
    for (Object row : rows) {
      spec.commandLine().getOut().println(((JsonObject) row).encode());
    }
  }

  private void object(JsonObject object, boolean oneLine) {
    spec.commandLine().getOut().println(oneLine ? object.encode() : object.encodePrettily());
  }
}
