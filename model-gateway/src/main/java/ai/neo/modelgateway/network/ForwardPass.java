package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The forward pass in plain Java over immutable arrays.
 *
 * <p>Serving uses this and not the engine that trains, for three reasons: it takes about 3 µs for
 * one row of the small network where a call into the native engine takes 9 to 11 µs; each row is
 * computed by itself in one fixed order of additions, so a row's answer has the same bits alone and
 * in any batch (the native engine's differ with the batch size); and it shares nothing with the
 * learner, so learning cannot disturb an answer. Thread-safe.
 */
final class ForwardPass {
  private static final long MASK_STREAM = 0xD1B54A32D192ED03L;

  private final DirectionNetwork network;
  private final NetworkShape shape;
  private final Encoder encoder;
  private final List<float[]> masks;

  ForwardPass(DirectionNetwork network) {
    this.network = network;
    this.shape = network.shape();
    this.encoder = Encoder.of(network);
    this.masks = masks(network);
  }

  /** Answers rows of T · F numbers. */
  Answer run(float[] rowMajor, int rows) {
    Rows all = new Rows(rows);
    for (int row = 0; row < rows; row++) {
      all.answer(rowMajor, row);
    }
    return all.answer();
  }

  /** The names of the outputs beside probabilities and return. */
  static List<String> columns(DirectionNetwork network) {
    List<String> names = new ArrayList<>();
    if (network.uncertainty().isTold()) {
      names.add(Answer.UNCERTAINTY);
    }
    if (network.shape() instanceof AutoencoderShape) {
      names.add(Answer.RECONSTRUCTION_ERROR);
    }
    return List.copyOf(names);
  }

  /** The rows of one call. */
  private final class Rows {
    private final Encoder.Pass pass = encoder.begin();
    private final float[] input = new float[shape.features()];
    private final float[] representation = new float[shape.representation()];
    private final float[] masked = new float[shape.representation()];
    private final float[] output = new float[NetworkShape.OUTPUTS];
    private final float[] again = new float[NetworkShape.ACTIONS];
    private final float[] probabilities;
    private final float[] returns;
    private final float[] uncertainty;
    private final float[] errors;

    Rows(int rows) {
      probabilities = new float[rows * NetworkShape.ACTIONS];
      returns = new float[rows];
      uncertainty = new float[masks.isEmpty() ? 0 : rows];
      errors = new float[shape instanceof AutoencoderShape ? rows : 0];
    }

    void answer(float[] rowMajor, int row) {
      network.standardisation().apply(rowMajor, row, input, 0);
      pass.encode(input, representation);
      encoder.output().apply(representation, 0, output, 0);
      network.calibration().apply(output, probabilities, row * NetworkShape.ACTIONS);
      returns[row] = output[NetworkShape.ACTIONS] * network.objective().returnScale();
      if (uncertainty.length > 0) {
        uncertainty[row] = spread(row * NetworkShape.ACTIONS);
      }
      if (errors.length > 0) {
        errors[row] = pass.reconstructionError();
      }
    }

    Answer answer() {
      List<Answer.Column> columns = new ArrayList<>();
      if (uncertainty.length > 0) {
        columns.add(new Answer.Column(Answer.UNCERTAINTY, uncertainty));
      }
      if (errors.length > 0) {
        columns.add(new Answer.Column(Answer.RECONSTRUCTION_ERROR, errors));
      }
      return new Answer(probabilities, returns, columns);
    }

    /** Standard deviation of the likeliest action's probability over the masks. */
    private float spread(int at) {
      int likeliest = 0;
      for (int action = 1; action < NetworkShape.ACTIONS; action++) {
        likeliest = probabilities[at + action] > probabilities[at + likeliest] ? action : likeliest;
      }
      double sum = 0;
      double squares = 0;
      for (float[] mask : masks) {
        for (int i = 0; i < masked.length; i++) {
          masked[i] = representation[i] * mask[i];
        }
        encoder.output().apply(masked, 0, output, 0);
        network.calibration().apply(output, again, 0);
        sum += again[likeliest];
        squares += (double) again[likeliest] * again[likeliest];
      }
      double mean = sum / masks.size();
      return (float) Math.sqrt(Math.max(0, squares / masks.size() - mean * mean));
    }
  }

  static List<float[]> masks(DirectionNetwork network) {
    SplittableRandom random = new SplittableRandom(network.provenance().seed() ^ MASK_STREAM);
    List<float[]> masks = new ArrayList<>();
    for (int i = 0; i < network.uncertainty().masks(); i++) {
      float[] mask = new float[network.shape().representation()];
      Dropout.draw(mask, network.uncertainty().dropout(), random);
      masks.add(mask);
    }
    return List.copyOf(masks);
  }
}
