package ai.neo.modelgateway.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelRefusedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitecturesTest {
  private static final int ROWS = 12;

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void theGradientIsTheSlopeOfTheLoss(NetworkShape shape) {
    DirectionNetwork network = Networks.random(shape, 21);
    float[] mask = new float[ROWS * shape.representation()];
    Dropout.draw(mask, 0.25f, new SplittableRandom(4));
    try (DifferentiableNetwork reference = new DifferentiableNetwork(shape)) {
      slopesAgree(
          reference, network, gradient -> reference.gradient(batch(network), mask, gradient));
    }
  }

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void theContrastiveGradientIsTheSlopeOfItsLoss(NetworkShape shape) {
    DirectionNetwork network = Networks.random(shape, 21);
    float[] one = Networks.rows(ROWS, shape.features(), 1);
    float[] other = one.clone();
    for (int i = 0; i < other.length; i += 3) {
      other[i] += 0.5f;
    }
    try (DifferentiableNetwork reference = new DifferentiableNetwork(shape)) {
      slopesAgree(
          reference, network, into -> reference.contrastiveGradient(one, other, ROWS, into));
    }
  }

  private interface Slope {
    float at(float[] gradient);
  }

  private static void slopesAgree(
      DifferentiableNetwork reference, DirectionNetwork network, Slope slope) {
    float[] weights = network.parameters();
    float[] gradient = new float[weights.length];
    float[] unused = new float[weights.length];
    reference.setParameters(weights);
    slope.at(gradient);
    float step = 4e-3f;
    double agreed = 0;
    int looked = 0;
    for (int at = 0; at < weights.length; at += Math.max(1, weights.length / 40)) {
      float kept = weights[at];
      weights[at] = kept + step;
      reference.setParameters(weights);
      double above = slope.at(unused);
      weights[at] = kept - step;
      reference.setParameters(weights);
      double below = slope.at(unused);
      weights[at] = kept;
      double numeric = (above - below) / (2 * step);
      looked++;
      agreed += Math.abs(numeric - gradient[at]) < 6e-3 + 0.02 * Math.abs(numeric) ? 1 : 0;
    }
    assertThat(Arrays.stream(toDoubles(gradient)).map(Math::abs).max().orElse(0)).isPositive();
    // A step across the kink of a rectified unit has no slope: a few may disagree.
    assertThat(agreed / looked).isGreaterThan(0.94);
  }

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void servingAnswersAsTheEngineThatTrains(NetworkShape shape) {
    DirectionNetwork network = Networks.random(shape, 11);
    float[] rows = Networks.rows(ROWS, shape.features(), 5);
    float[] standardised = new float[rows.length];
    for (int row = 0; row < ROWS; row++) {
      network.standardisation().apply(rows, row, standardised, row * shape.features());
    }
    Answer answer = ServedNetwork.answers(network, rows, ROWS);
    try (DifferentiableNetwork reference = new DifferentiableNetwork(shape)) {
      reference.setParameters(network.parameters());
      float[] outputs = reference.outputs(standardised, ROWS);
      float[] expected = new float[3];
      for (int row = 0; row < ROWS; row++) {
        Calibration.NONE.apply(Arrays.copyOfRange(outputs, row * 4, row * 4 + 3), expected, 0);
        for (int action = 0; action < 3; action++) {
          assertThat(answer.actionProbabilities()[row * 3 + action])
              .isCloseTo(expected[action], within(1e-5f));
        }
        assertThat(answer.expectedReturn()[row])
            .isCloseTo(outputs[row * 4 + 3] * 0.002f, within(1e-6f));
      }
      float[] errors = reference.reconstructionErrors(standardised, ROWS);
      assertThat(errors.length).isEqualTo(shape instanceof AutoencoderShape ? ROWS : 0);
      for (int row = 0; row < errors.length; row++) {
        assertThat(answer.column(Answer.RECONSTRUCTION_ERROR)[row])
            .isCloseTo(errors[row], within(1e-4f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void aRowHasTheSameBitsAloneAndInABatch(NetworkShape shape) {
    DirectionNetwork network =
        Networks.random(shape, 11).answering(new Uncertainty(0.2f, 8), Networks.kinked());
    int width = shape.features();
    float[] rows = Networks.rows(ROWS, width, 5);
    Answer together = ServedNetwork.answers(network, rows, ROWS);
    for (int row = 0; row < ROWS; row++) {
      Answer alone =
          ServedNetwork.answers(
              network, Arrays.copyOfRange(rows, row * width, (row + 1) * width), 1);
      assertThat(alone.actionProbabilities())
          .isEqualTo(Arrays.copyOfRange(together.actionProbabilities(), row * 3, row * 3 + 3));
      assertThat(alone.column(Answer.UNCERTAINTY)[0])
          .isEqualTo(together.column(Answer.UNCERTAINTY)[row])
          .isBetween(0f, 0.5f);
    }
    assertThat(Arrays.stream(toDoubles(together.column(Answer.UNCERTAINTY))).max().orElse(0))
        .isGreaterThan(1e-4);
  }

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void aBrokenInputGivesAVisiblyBrokenAnswer(NetworkShape shape) {
    float[] row = Networks.rows(1, shape.features(), 5);
    row[shape.features() - 1] = Float.NaN;
    assertThat(ServedNetwork.answers(Networks.random(shape, 1), row, 1).isFinite()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void whatWasWrittenIsReadAndNoDamageIs(NetworkShape shape) throws UnreadableNetworkException {
    for (Calibration calibration :
        new Calibration[] {
          Calibration.NONE, new Calibration.Temperature(1.7f), Networks.kinked()
        }) {
      DirectionNetwork network =
          Networks.random(shape, 3).answering(new Uncertainty(0.1f, 16), calibration);
      byte[] bytes = NetworkFormat.write(network);
      assertThat(NetworkFormat.read(bytes)).isEqualTo(network);
      assertThat(NetworkFormat.write(NetworkFormat.read(bytes))).isEqualTo(bytes);
      for (int at = 0; at < bytes.length; at += at < 200 ? 1 : 37) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 0x10;
        byte[] cut = Arrays.copyOf(bytes, at);
        NetworkEngine engine = new NetworkEngine();
        assertThatThrownBy(() -> engine.load(Networks.artifact(flipped)))
            .isInstanceOf(ModelRefusedException.class);
        assertThatThrownBy(() -> engine.load(Networks.artifact(cut)))
            .isInstanceOf(ModelRefusedException.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void absurdHeadersAreRefusedThoughTheChecksumIsRight(NetworkShape shape) {
    byte[] bytes = NetworkFormat.write(Networks.random(shape, 3));
    for (int at = 6; at < 32; at += 2) {
      for (int absurd : new int[] {Integer.MAX_VALUE, -1, 77_777}) {
        byte[] broken = bytes.clone();
        ByteBuffer little = ByteBuffer.wrap(broken).order(ByteOrder.LITTLE_ENDIAN);
        little.putShort(at, (short) absurd);
        CRC32C crc = new CRC32C();
        crc.update(broken, 0, broken.length - 4);
        little.putInt(broken.length - 4, (int) crc.getValue());
        assertThatThrownBy(() -> NetworkFormat.read(broken))
            .as("%d at %d", absurd, at)
            .isInstanceOf(UnreadableNetworkException.class);
      }
    }
  }

  @Test
  void theOwnExponentialIsTheStrictOne() {
    for (double x = -80; x < 80; x += 0.0371) {
      assertThat(Exponential.exp(x) / StrictMath.exp(x)).isCloseTo(1, within(4e-15));
    }
    assertThat(Exponential.tanh(100f)).isEqualTo(1f);
    assertThat(Exponential.logistic(-1000f)).isZero();
    assertThat(Exponential.tanh(Float.NaN)).isNaN();
  }

  @Test
  void calibrationsAndUncertaintiesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new Calibration.Temperature(0f)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> new Calibration.Curve(new float[] {1, 0}, new float[] {0, 1}))
        .hasMessageContaining("out of order");
    assertThatThrownBy(() -> new Uncertainty(1f, 3)).hasMessageContaining("dropout");
    assertThatThrownBy(() -> new Uncertainty(0f, 3)).hasMessageContaining("masks");
  }

  private static TrainingBatch batch(DirectionNetwork network) {
    int width = network.shape().features();
    float[] rows = Networks.rows(ROWS, width, 8);
    for (int i = 0; i < rows.length; i++) {
      rows[i] /= 3;
    }
    TrainingBatch batch = new TrainingBatch(ROWS, width);
    for (int row = 0; row < ROWS; row++) {
      batch.fill(row, rows, row, network.objective(), new Outcome(row % 3, (row - 8) * 0.0007f));
    }
    return batch;
  }

  private static double[] toDoubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
