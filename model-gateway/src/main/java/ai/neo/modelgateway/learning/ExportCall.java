package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkExport;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.Precision;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.learning.v1.ExportRequest;
import ai.neo.proto.learning.v1.ExportResponse;
import ai.neo.proto.learning.v1.TrainRows;
import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.IntStream;

/** Exports one version. Blocks on the registry and the engines; safe for any thread. */
final class ExportCall {
  private static final String ONNX = "onnx";

  private final ServingCatalog catalog;
  private final VersionRegistry registry;

  ExportCall(ServingCatalog catalog, VersionRegistry registry) {
    this.catalog = catalog;
    this.registry = registry;
  }

  /**
   * Exports.
   *
   * @throws ModelRefusedException when there is no such version, or no file can be offered
   */
  ExportResponse answer(ExportRequest request) throws ModelRefusedException {
    if (!request.getFormat().isEmpty() && !request.getFormat().equals(ONNX)) {
      throw new IllegalArgumentException("format must be onnx, is '" + request.getFormat() + "'");
    }
    Precision precision = Precision.of(request.getPrecision());
    ModelArtifact artifact = registry.fetch(request.getModel(), version(request));
    Optional<DirectionNetwork> network = ModelDesk.networkIn(artifact);
    NetworkExport.Rows rows =
        network.isPresent()
            ? rows(network.get().shape(), request.getEvaluation())
            : NetworkExport.Rows.NONE; // the export itself says why it refuses
    NetworkExport.File file = NetworkExport.onnx(artifact, precision, rows);
    return ExportResponse.newBuilder()
        .setContent(ByteString.copyFrom(file.content()))
        .setSha256(sha256(file.content()))
        .setModelVersion(artifact.version())
        .setModelDigest(artifact.digest())
        .setPrecision(precision.label())
        .setTolerance(precision.tolerance())
        .setComparedRows(file.compared())
        .setLargestDifference(file.largestDifference())
        .setLogLossChange(file.logLossChange())
        .build();
  }

  private String version(ExportRequest request) throws ModelRefusedException {
    if (!request.getVersion().isEmpty()) {
      return request.getVersion();
    }
    return catalog
        .champion(request.getModel())
        .map(serving -> serving.artifact().version())
        .orElseThrow(
            () ->
                new ModelRefusedException(
                    "model " + request.getModel() + " has no champion; name a version"));
  }

  private static NetworkExport.Rows rows(NetworkShape shape, TrainRows sent) {
    if (sent.getLabelsCount() == 0) {
      return NetworkExport.Rows.NONE;
    }
    TrainingRows rows = new TrainingRows(shape.vector());
    rows.add(
        sent.getFeaturesList(),
        sent.getLabelsList(),
        sent.getForwardReturnList(),
        sent.getTimeNsList(),
        sent.getSeriesList());
    int[] whole =
        IntStream.range(0, rows.rows())
            .filter(row -> rows.hasWindow(row, shape.window()))
            .toArray();
    if (whole.length == 0) {
      throw new IllegalArgumentException(
          "no row to compare on has a window of " + shape.window() + " behind it");
    }
    float[] values = new float[Math.multiplyExact(whole.length, shape.features())];
    int[] labels = new int[whole.length];
    for (int i = 0; i < whole.length; i++) {
      rows.copyWindow(rows.values(), whole[i], shape.window(), values, i * shape.features());
      labels[i] = rows.outcome(whole[i]).label();
    }
    return new NetworkExport.Rows(values, labels);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
