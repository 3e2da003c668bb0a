package ai.neo.modelgateway.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ServedNetworkTest {
  private static final int ROWS = 64;
  private static final int FEATURES = 32;

  private final DirectionNetwork network = Networks.random(FEATURES, 64, 11);
  private final float[] rows = Networks.rows(ROWS, FEATURES, 5);

  @Test
  void answersAsTheEngineThatTrains() throws ModelRefusedException {
    Answer answer = served().infer(rows, ROWS);
    float[] standardised = new float[rows.length];
    for (int row = 0; row < ROWS; row++) {
      network.standardisation().apply(rows, row, standardised, row * FEATURES);
    }
    try (DifferentiableNetwork reference = new DifferentiableNetwork(network.shape())) {
      reference.setParameters(network.parameters());
      float[] outputs = reference.outputs(standardised, ROWS);
      for (int row = 0; row < ROWS; row++) {
        float[] expected = softmax(outputs, row * 4);
        for (int action = 0; action < 3; action++) {
          assertThat(answer.actionProbabilities()[row * 3 + action])
              .isCloseTo(expected[action], within(1e-5f));
        }
        assertThat(answer.expectedReturn()[row])
            .isCloseTo(outputs[row * 4 + 3] * 0.002f, within(1e-5f));
      }
    }
  }

  @Test
  void aRowHasTheSameBitsAloneAndInABatch() throws ModelRefusedException {
    ServableModel model = served();
    Answer together = model.infer(rows, ROWS);
    for (int row = 0; row < ROWS; row++) {
      Answer alone = model.infer(Arrays.copyOfRange(rows, row * FEATURES, (row + 1) * FEATURES), 1);
      assertThat(alone.actionProbabilities())
          .isEqualTo(Arrays.copyOfRange(together.actionProbabilities(), row * 3, row * 3 + 3));
      assertThat(alone.expectedReturn()[0]).isEqualTo(together.expectedReturn()[row]);
    }
  }

  @Test
  void aBrokenInputGivesAVisiblyBrokenAnswer() throws ModelRefusedException {
    float[] broken = Arrays.copyOf(rows, FEATURES);
    broken[3] = Float.NaN;
    assertThat(served().infer(broken, 1).isFinite()).isFalse();
  }

  @Test
  void anExtremeInputIsClipped() throws ModelRefusedException {
    float[] extreme = Arrays.copyOf(rows, FEATURES);
    extreme[3] = 1e30f;
    float[] more = extreme.clone();
    more[3] = 1e35f;
    assertThat(served().infer(extreme, 1).actionProbabilities())
        .isEqualTo(served().infer(more, 1).actionProbabilities());
  }

  @Test
  void aWrongNumberOfValuesIsRefused() throws ModelRefusedException {
    ServableModel model = served();
    assertThatThrownBy(() -> model.infer(new float[FEATURES + 1], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("33");
    assertThatThrownBy(() -> model.infer(new float[0], 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void standardisationCentresAndLeavesConstantsAlone() {
    float[] values = {1f, 5f, 3f, 5f};
    Standardisation measured = Standardisation.measure(values, 2, 2);
    float[] out = new float[4];
    measured.apply(values, 0, out, 0);
    measured.apply(values, 1, out, 2);
    assertThat(out).containsExactly(-1f, 0f, 1f, 0f);
  }

  private ServableModel served() throws ModelRefusedException {
    return new NetworkEngine().load(Networks.artifact(NetworkFormat.write(network)));
  }

  private static float[] softmax(float[] outputs, int at) {
    double sum = 0;
    float[] result = new float[3];
    for (int i = 0; i < 3; i++) {
      sum += Math.exp(outputs[at + i]);
    }
    for (int i = 0; i < 3; i++) {
      result[i] = (float) (Math.exp(outputs[at + i]) / sum);
    }
    return result;
  }
}
