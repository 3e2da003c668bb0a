package ai.neo.orchestrator.cli;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.gateway.RegistryView;
import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.registry.v1.Lineage;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo model push}. */
@CommandLine.Command(
    name = "push",
    mixinStandardHelpOptions = true,
    description = {
      "Registers a file as the next version; it does not serve yet.",
      "What it is, is recognised from its bytes; TorchScript, a program, must be named so."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model push my.onnx",
      "  ./neo model push my.onnx --golden answers.json --actor anna --reason 'with June'",
      "  ./neo model push my.onnx --parent 3 --code 5d0c1e7 --dataset-manifest june.txt \\",
      "      --dataset-digest $(sha256sum june.txt | cut -c-64)",
      "  ./neo model push program.pt --format torchscript",
      "  ./neo model push spread.onnx --model spread --registry models.lan:8001",
      "  ./neo model push both.ensemble --json"
    })
final class ModelPushCommand implements Callable<Integer> {
  @CommandLine.Mixin private RegistryDoor door;
  @CommandLine.Mixin private ModelOption model;

  @CommandLine.Parameters(
      paramLabel = "FILE",
      description = "An ONNX file, an ensemble, or TorchScript.")
  private Path file;

  @CommandLine.Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "onnx, neo-djl, neo-ensemble or torchscript (default: by its bytes).")
  private Optional<String> format = Optional.empty();

  @CommandLine.Option(
      names = "--feature-set",
      paramLabel = "ID",
      description =
          "Of the features it was made for (default: the bundled set's for direction, else none).")
  private Optional<String> featureSet = Optional.empty();

  @CommandLine.Option(
      names = "--golden",
      paramLabel = "ROWS",
      description = "Rows and their answers, as JSON; checked wherever it is loaded.")
  private Optional<Path> golden = Optional.empty();

  @CommandLine.Option(
      names = "--parent",
      paramLabel = "VERSION",
      description = "The version of the same model that it was made from.")
  private Optional<String> parent = Optional.empty();

  @CommandLine.Option(
      names = "--dataset-manifest",
      paramLabel = "NAME",
      description = "Name or address of the list of the files that it was trained on.")
  private String manifest = "";

  @CommandLine.Option(
      names = "--dataset-digest",
      paramLabel = "SHA256",
      description = "Of that list, hexadecimal.")
  private String digest = "";

  @CommandLine.Option(
      names = "--code",
      paramLabel = "COMMIT",
      description = "What it was trained with, such as a Git commit.")
  private String code = "";

  @CommandLine.Option(
      names = "--reason",
      defaultValue = "pushed",
      description = "Why; it is kept in the ledger.")
  private String reason;

  @CommandLine.Option(names = "--json", description = "On one line.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    RegisterRequest.Builder request = request();
    request.setArtifact(ByteString.copyFrom(Files.readAllBytes(file)));
    if (golden.isPresent()) {
      request.setGoldenRows(GoldenFile.read(golden.get()));
    }
    JsonObject version =
        door.with(channel -> new RegistryView(channel, model.name()).push(request.build()));
    spec.commandLine().getOut().println(json ? version.encode() : version.encodePrettily());
    return 0;
  }

  private RegisterRequest.Builder request() {
    List<String> formats =
        Arrays.stream(ArtifactFormat.values()).map(ArtifactFormat::wireName).toList();
    if (format.isPresent() && !formats.contains(format.get())) {
      throw new IllegalArgumentException(
          "--format must be one of %s, is '%s'"
              .formatted(String.join(", ", formats), format.get()));
    }
    if (!digest.isEmpty() && !digest.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "--dataset-digest must be a SHA-256 as 64 lower-case hexadecimal digits, is '%s'"
              .formatted(digest));
    }
    return RegisterRequest.newBuilder()
        .setFormat(format.orElse(""))
        .setFeatureSetId(featureSet.orElseGet(this::usualFeatures))
        .setParentVersion(parent.map(text -> parent(model.version(text))).orElse(""))
        .setActor(door.actor())
        .setReason(reason)
        .setLineage(
            Lineage.newBuilder()
                .setDatasetManifest(manifest)
                .setDatasetDigest(digest)
                .setCode(code));
  }

  private String parent(ModelName named) {
    if (!named.name().equals(model.name())) {
      throw new IllegalArgumentException(
          "--parent %s@%s is of another model than '%s'; a parent is of the same"
              .formatted(named.name(), named.version(), model.name()));
    }
    return named.version();
  }

  /** Models of other tensors than the loop's have no feature set. */
  private String usualFeatures() {
    return model.name().equals(ModelName.USUAL)
        ? FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT).id()
        : "";
  }
}
