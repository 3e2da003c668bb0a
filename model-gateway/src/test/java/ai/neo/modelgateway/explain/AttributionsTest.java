package ai.neo.modelgateway.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.network.Calibration;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.NetworkSlope;
import ai.neo.modelgateway.network.Networks;
import ai.neo.modelgateway.network.ServedNetwork;
import ai.neo.modelgateway.network.Uncertainty;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttributionsTest {
  private static final Watch FOR_EVER = () -> false;

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void gradientsOfEveryKindOfNetworkAddUp(NetworkShape shape) throws Exception {
    for (Calibration calibration : List.of(Calibration.NONE, Networks.kinked())) {
      DirectionNetwork network = Networks.random(shape, 7).answering(Uncertainty.NONE, calibration);
      NetworkSlope slope = new NetworkSlope(network);
      double[] row = wide(Networks.rows(1, shape.features(), 2));
      double[] base = wide(slope.typicalRow());
      base[1] = row[1];
      for (int output = 0; output < 4; output++) {
        Attributions found =
            new IntegratedGradients(slope(slope, output), base, row, FOR_EVER).run(20_000);

        double scale = Math.max(Math.abs(found.base()), Math.abs(found.value()));
        assertThat(found.residual()).isLessThanOrEqualTo(1e-6 * scale);
        assertThat(found.value()).isEqualTo(slope.value(row, output));
        assertThat(found.value()).isNotEqualTo(found.base());
        assertThat(found.values()[1]).isZero();
      }
    }
  }

  @Test
  void gradientsOfAProductAreSplitAlongTheLine() throws Exception {
    // x²y from (0, 0) to (1, 3): ∫ 2·a·3a da = 2 and ∫ a² da · 3 = 1.
    IntegratedGradients.Slope slope =
        new IntegratedGradients.Slope() {
          @Override
          public double at(double[] p) {
            return p[0] * p[0] * p[1];
          }

          @Override
          public double at(double[] p, double[] slopes) {
            slopes[0] = 2 * p[0] * p[1];
            slopes[1] = p[0] * p[0];
            return at(p);
          }
        };

    Attributions found =
        new IntegratedGradients(slope, new double[2], new double[] {1, 3}, FOR_EVER).run(1000);

    assertThat(found.values()[0]).isCloseTo(2, within(1e-9));
    assertThat(found.values()[1]).isCloseTo(1, within(1e-9));
  }

  @Test
  void whatJumpsIsNotCalledComplete() throws Exception {
    IntegratedGradients.Slope step =
        new IntegratedGradients.Slope() {
          @Override
          public double at(double[] p) {
            return p[0] > 0.3 ? 1 : 0;
          }

          @Override
          public double at(double[] p, double[] slopes) {
            slopes[0] = 0;
            return at(p);
          }
        };

    Attributions found =
        new IntegratedGradients(step, new double[1], new double[] {1}, FOR_EVER).run(100_000);

    assertThat(found.isComplete()).isFalse();
    assertThat(found.residual()).isCloseTo(1, within(1e-12));
    assertThat(found.evaluations()).isLessThan(1000);
  }

  @Test
  void permutationsFindTheShapleyValues() throws Exception {
    // An interaction belongs to both in equal parts, and 4 to the third alone.
    Attributions found =
        shap(row -> row[0] * row[1] + 4 * row[2], new float[4], new float[] {2, 3, 1, 0}, 1);

    assertThat(found.values()).containsExactly(3, 3, 4, 0);
    assertThat(found.residual()).isZero();
  }

  @Test
  void permutationsAddUpWhateverWasDrawnAndOneSeedGivesOneAnswer() throws Exception {
    int width = 70; // more than one batch
    float[] row = Networks.rows(1, width, 3);
    ToDoubleFunction<float[]> wild =
        x -> {
          double sum = 0;
          for (int i = 0; i < width; i++) {
            sum += Math.sin(x[i] * x[(i + 7) % width]);
          }
          return Math.tanh(sum);
        };

    Attributions found = shap(wild, new float[width], row, 4);
    Attributions again = shap(wild, new float[width], row, 4);

    assertThat(found.residual()).isLessThan(1e-12);
    assertThat(again.values()).containsExactly(found.values());
    assertThat(found.standardErrors()[0]).isPositive();
  }

  @Test
  void bothMethodsAgreeOnANetworkThatIsNearlyLinearThere() throws Exception {
    DirectionNetwork network = Networks.random(6, 8, 5);
    NetworkSlope slope = new NetworkSlope(network);
    float[] base = slope.typicalRow();
    float[] row = base.clone();
    for (int i = 0; i < row.length; i++) {
      row[i] += 0.01f * (i + 1);
    }

    Attributions gradients =
        new IntegratedGradients(slope(slope, 2), wide(base), wide(row), FOR_EVER).run(20_000);
    Attributions permuted =
        new PermutationShap(
                (rows, count) -> {
                  float[] p = ServedNetwork.answers(network, rows, count).actionProbabilities();
                  double[] buy = new double[count];
                  for (int i = 0; i < count; i++) {
                    buy[i] = p[3 * i + 2];
                  }
                  return buy;
                },
                base,
                row,
                FOR_EVER)
            .run(8, 1);

    assertThat(permuted.values()).containsExactly(gradients.values(), within(2e-5));
  }

  @Test
  void nothingIsComputedForNobody() {
    assertThatThrownBy(
            () ->
                new PermutationShap(
                        (rows, count) -> {
                          throw new AssertionError("asked");
                        },
                        new float[1],
                        new float[] {1},
                        () -> true)
                    .run(1, 1))
        .isInstanceOf(Watch.NobodyWaitsException.class);
  }

  private static Attributions shap(
      ToDoubleFunction<float[]> function, float[] base, float[] row, int pairs)
      throws Watch.NobodyWaitsException {
    PermutationShap.Output output =
        (rows, count) -> {
          double[] values = new double[count];
          for (int i = 0; i < count; i++) {
            float[] one = new float[row.length];
            System.arraycopy(rows, i * row.length, one, 0, row.length);
            values[i] = function.applyAsDouble(one);
          }
          return values;
        };
    return new PermutationShap(output, base, row, FOR_EVER).run(pairs, 42);
  }

  private static IntegratedGradients.Slope slope(NetworkSlope network, int output) {
    return new IntegratedGradients.Slope() {
      @Override
      public double at(double[] point) {
        return network.value(point, output);
      }

      @Override
      public double at(double[] point, double[] slopes) {
        return network.value(point, output, slopes);
      }
    };
  }

  private static double[] wide(float[] row) {
    double[] values = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      values[i] = row[i];
    }
    return values;
  }
}
