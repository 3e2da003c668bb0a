package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.gateway.ModelTraining;
import ai.neo.proto.learning.v1.ExportRequest;
import ai.neo.proto.learning.v1.ExportResponse;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** {@code ./neo model export}. */
@CommandLine.Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description =
        "Writes a version as an ONNX file, after it was found to answer as the version does.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model export direction --out champion.onnx",
      "  ./neo model export direction@3 --precision int8 --out small.onnx --json",
      "  ./neo model export direction --out champion.onnx --overwrite"
    })
final class ModelExportCommand implements Callable<Integer> {
  /** A part of the untraded rows that no version is trained on. */
  private static final int COMPARED_ROWS = 1000;

  private static final long SECONDS = 60;
  private static final Set<String> FORMATS = Set.of("onnx");
  private static final Set<String> PRECISIONS = Set.of("fp32", "fp16", "int8");

  @CommandLine.Mixin private TierDoor door;
  @CommandLine.Mixin private ModelOption model;
  @CommandLine.Mixin private RecordedDataOption data;

  @CommandLine.Parameters(
      paramLabel = "NAME[@VERSION]",
      description = "The model, or a bare VERSION; without a version, its champion.")
  private String name;

  @CommandLine.Option(
      names = "--format",
      defaultValue = "onnx",
      description = "onnx, the only one (default).")
  private String format;

  @CommandLine.Option(
      names = "--precision",
      defaultValue = "fp32",
      description = "Of the weights: fp32, fp16 or int8 (default: ${DEFAULT-VALUE}).")
  private String precision;

  @CommandLine.Mixin private NewFile out;

  @CommandLine.Option(names = "--json", description = "The result on one line.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    ModelName wanted = ModelName.of(name, model.given());
    check();
    ExportResponse response =
        door.withGateway(
            channel ->
                LearningServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                    .export(
                        ExportRequest.newBuilder()
                            .setModel(wanted.name())
                            .setVersion(wanted.version())
                            .setFormat(format)
                            .setPrecision(precision)
                            .setEvaluation(ModelTraining.newest(data.read().rows(), COMPARED_ROWS))
                            .build()));
    out.write(response.getContent().toByteArray());
    JsonObject result =
        new JsonObject()
            .put("file", out.path().toString())
            .put("bytes", response.getContent().size())
            .put("sha256", response.getSha256())
            .put("version", response.getModelVersion())
            .put("version_digest", response.getModelDigest())
            .put("precision", response.getPrecision())
            .put("compared_rows", response.getComparedRows())
            .put("tolerance", response.getTolerance())
            .put("largest_difference", response.getLargestDifference())
            .put("log_loss_change", response.getLogLossChange());
    spec.commandLine().getOut().println(json ? result.encode() : result.encodePrettily());
    return 0;
  }

  /** What would fail only after the gateway has worked is said before. */
  private void check() {
    if (!FORMATS.contains(format)) {
      throw new IllegalArgumentException("--format must be onnx, is '" + format + "'");
    }
    if (!PRECISIONS.contains(precision)) {
      throw new IllegalArgumentException(
          "--precision must be fp32, fp16 or int8, is '" + precision + "'");
    }
    out.check();
  }
}
