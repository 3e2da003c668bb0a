package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ArtifactFormats;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Writes a network as an ONNX file and offers it only after ONNX Runtime, loading it as the gateway
 * does, has answered within the {@linkplain Precision#tolerance tolerance} of the form that was
 * trained. Blocks; safe for any thread.
 */
public final class NetworkExport {
  /** Rows that are compared when the caller has none. */
  private static final int DRAWN_ROWS = 256;

  private static final long DRAW_SEED = 0x6e656f;
  private static final double SMALLEST_PROBABILITY = 1e-6;

  private NetworkExport() {}

  /**
   * A file, and what it costs.
   *
   * @param compared rows
   * @param largestDifference of a probability from the trained form
   * @param logLossChange mean rise of −log of the probability of what happened; where no labels are
   *     known, of what the network expects to happen
   */
  @SuppressWarnings("ArrayRecordComponent") // a file; never compared
  public record File(
      byte[] content, int compared, double largestDifference, double logLossChange) {}

  /**
   * Rows to compare on.
   *
   * @param rowMajor rows × (T · F), as callers send them
   * @param labels one for each row, or none
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record Rows(float[] rowMajor, int[] labels) {
    /** Lets the network's own scaling draw them. */
    public static final Rows NONE = new Rows(new float[0], new int[0]);
  }

  /**
   * Exports.
   *
   * @throws ModelRefusedException when the file cannot be loaded or answers too differently
   */
  public static File onnx(ModelArtifact source, Precision precision, Rows rows)
      throws ModelRefusedException {
    DirectionNetwork network = read(source);
    float[] values = rows.rowMajor().length == 0 ? drawn(network) : rows.rowMajor();
    int count = values.length / network.shape().features();
    Map<String, String> facts = facts(source, network, precision);
    byte[] content = OnnxNetwork.write(network, precision, facts);
    float[] trained = trainedForm(network, values, count);
    Answer serving = ServedNetwork.answers(network, values, count);
    Answer exported = answers(source, content, values, count);
    double largest = largest(trained, exported.actionProbabilities());
    for (String column : ForwardPass.columns(network)) {
      double scale = column.equals(Answer.UNCERTAINTY) ? 1 : 1 + max(serving.column(column));
      largest = Math.max(largest, largest(serving.column(column), exported.column(column)) / scale);
    }
    if (!exported.isFinite() || largest > precision.tolerance()) {
      throw new ModelRefusedException(
          "the exported file differs from the network by "
              + largest
              + ", "
              + precision.label()
              + " allows "
              + precision.tolerance()
              + "; it is not offered");
    }
    double change = logLossChange(trained, exported.actionProbabilities(), rows.labels());
    facts.put("largest_difference", Double.toString(largest));
    facts.put("log_loss_change", Double.toString(change));
    return new File(OnnxNetwork.write(network, precision, facts), count, largest, change);
  }

  private static DirectionNetwork read(ModelArtifact source) throws ModelRefusedException {
    if (!source.format().equals(DirectionNetwork.FORMAT)) {
      throw new ModelRefusedException(
          "version "
              + source.version()
              + " is "
              + source.format()
              + "; only networks that Neo trained ("
              + DirectionNetwork.FORMAT
              + ") are exported");
    }
    try {
      return NetworkFormat.read(source.content());
    } catch (UnreadableNetworkException e) {
      throw new ModelRefusedException("not a direction network: " + e.getMessage(), e);
    }
  }

  private static Map<String, String> facts(
      ModelArtifact source, DirectionNetwork network, Precision precision) {
    Map<String, String> facts = new TreeMap<>();
    facts.put("feature_set_id", network.provenance().featureSetId());
    facts.put("window", Integer.toString(network.shape().window()));
    facts.put("architecture", network.shape().architecture().label());
    facts.put("precision", precision.label());
    facts.put("source", source.model() + "@" + source.version());
    facts.put("source_sha256", source.digest());
    return facts;
  }

  private static float[] drawn(DirectionNetwork network) {
    SplittableRandom random = new SplittableRandom(DRAW_SEED);
    int width = network.shape().features();
    float[] values = new float[DRAWN_ROWS * width];
    for (int row = 0; row < DRAWN_ROWS; row++) {
      System.arraycopy(network.standardisation().draw(random), 0, values, row * width, width);
    }
    return values;
  }

  private static float[] trainedForm(DirectionNetwork network, float[] values, int rows) {
    int width = network.shape().features();
    float[] standardised = new float[values.length];
    for (int row = 0; row < rows; row++) {
      network.standardisation().apply(values, row, standardised, row * width);
    }
    float[] probabilities = new float[rows * NetworkShape.ACTIONS];
    try (DifferentiableNetwork reference = new DifferentiableNetwork(network.shape())) {
      reference.setParameters(network.parameters());
      float[] outputs = reference.outputs(standardised, rows);
      for (int row = 0; row < rows; row++) {
        int at = row * NetworkShape.OUTPUTS;
        float[] logits = Arrays.copyOfRange(outputs, at, at + NetworkShape.ACTIONS);
        network.calibration().apply(logits, probabilities, row * NetworkShape.ACTIONS);
      }
    }
    return probabilities;
  }

  private static Answer answers(ModelArtifact source, byte[] content, float[] values, int rows)
      throws ModelRefusedException {
    ModelArtifact file =
        new ModelArtifact(
            source.model(),
            source.version(),
            source.digest(),
            ArtifactFormats.ONNX,
            source.featureSetId(),
            content);
    ArtifactFormats.check(file);
    try (ServableModel model = new OnnxEngine().load(file)) {
      return model.infer(values, rows);
    } catch (IllegalStateException e) {
      throw new ModelRefusedException("the exported file fails: " + e.getMessage(), e);
    }
  }

  private static double logLossChange(float[] before, float[] after, int[] labels) {
    double sum = 0;
    int rows = before.length / NetworkShape.ACTIONS;
    for (int row = 0; row < rows; row++) {
      for (int action = 0; action < NetworkShape.ACTIONS; action++) {
        int at = row * NetworkShape.ACTIONS + action;
        double happened = labels.length == 0 ? before[at] : labels[row] == action ? 1 : 0;
        sum += happened * (log(before[at]) - log(after[at]));
      }
    }
    return sum / rows;
  }

  private static double log(float probability) {
    return StrictMath.log(Math.max(SMALLEST_PROBABILITY, probability));
  }

  private static double largest(float[] one, float[] other) {
    double largest = 0;
    for (int i = 0; i < one.length; i++) {
      largest = Math.max(largest, Math.abs((double) one[i] - other[i]));
    }
    return largest;
  }

  private static double max(float[] values) {
    double max = 0;
    for (float value : values) {
      max = Math.max(max, Math.abs(value));
    }
    return max;
  }
}
