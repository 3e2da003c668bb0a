package ai.neo.modelgateway.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.engine.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkSlopeTest {
  private static final int ROWS = 6;
  private static final double STEP = 1e-6;

  private static final List<Calibration> CALIBRATIONS =
      List.of(Calibration.NONE, new Calibration.Temperature(1.7f), Networks.kinked());

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void answersAsServingDoes(NetworkShape shape) {
    for (Calibration calibration : CALIBRATIONS) {
      DirectionNetwork network = Networks.random(shape, 3).answering(Uncertainty.NONE, calibration);
      float[] rows = Networks.rows(ROWS, shape.features(), 8);
      Answer served = ServedNetwork.answers(network, rows, ROWS);
      NetworkSlope slope = new NetworkSlope(network);
      for (int row = 0; row < ROWS; row++) {
        double[] one = row(rows, row, shape.features());
        for (int action = 0; action < 3; action++) {
          assertThat(slope.value(one, action))
              .isCloseTo(served.actionProbabilities()[row * 3 + action], within(2e-5));
        }
        assertThat(slope.value(one, 3)).isCloseTo(served.expectedReturn()[row], within(1e-7));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void theSlopesAreThoseOfTheAnswer(NetworkShape shape) {
    for (Calibration calibration : CALIBRATIONS) {
      NetworkSlope slope =
          new NetworkSlope(Networks.random(shape, 3).answering(Uncertainty.NONE, calibration));
      double[] row = row(Networks.rows(1, shape.features(), 9), 0, shape.features());
      double[] slopes = new double[row.length];
      for (int output = 0; output < 4; output++) {
        slope.value(row, output, slopes);
        double largest = 0;
        for (int f = 0; f < row.length; f++) {
          double[] above = row.clone();
          double[] below = row.clone();
          above[f] += STEP;
          below[f] -= STEP;
          double numeric = (slope.value(above, output) - slope.value(below, output)) / (2 * STEP);
          assertThat(slopes[f]).as("%s feature %d", shape, f).isCloseTo(numeric, within(1e-7));
          largest = Math.max(largest, Math.abs(numeric));
        }
        assertThat(largest).isPositive();
      }
    }
  }

  @Test
  void aClippedNumberMovesNothing() {
    NetworkSlope slope = new NetworkSlope(Networks.random(3, 4, 1));
    double[] slopes = new double[3];

    slope.value(new double[] {1e6, 0, 0}, 0, slopes);

    assertThat(slopes[0]).isZero();
    assertThat(slopes[1]).isNotZero();
  }

  @Test
  void thereIsNoSlopeOfFurtherOutputs() {
    NetworkSlope slope = new NetworkSlope(Networks.random(3, 4, 1));

    assertThatThrownBy(() -> slope.value(new double[3], 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("output 4");
  }

  private static double[] row(float[] rows, int row, int width) {
    double[] one = new double[width];
    for (int f = 0; f < width; f++) {
      one[f] = rows[row * width + f];
    }
    return one;
  }
}
