package ai.neo.modelgateway.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkExportTest {
  private static final int ROWS = 9;

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void theFileAnswersAsTheNetwork(NetworkShape shape) throws ModelRefusedException {
    for (Calibration calibration :
        new Calibration[] {new Calibration.Temperature(1.4f), Networks.kinked()}) {
      DirectionNetwork network =
          Networks.random(shape, 5).answering(new Uncertainty(0.2f, 8), calibration);
      NetworkExport.File file =
          NetworkExport.onnx(artifact(network), Precision.FP32, NetworkExport.Rows.NONE);
      assertThat(file.largestDifference()).isLessThan(1e-4);
      assertThat(file.logLossChange()).isCloseTo(0, within(1e-4));
      float[] rows = Networks.rows(ROWS, shape.features(), 8);
      Answer serving = ServedNetwork.answers(network, rows, ROWS);
      try (ServableModel model = load(file.content())) {
        assertThat(model.window()).isEqualTo(shape.window());
        assertThat(model.columns()).isEqualTo(ForwardPass.columns(network));
        Answer exported = model.infer(rows, ROWS);
        alike(exported.actionProbabilities(), serving.actionProbabilities(), 1e-4f);
        alike(exported.expectedReturn(), serving.expectedReturn(), 1e-6f);
        for (String column : model.columns()) {
          alike(exported.column(column), serving.column(column), 1e-3f);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ai.neo.modelgateway.network.Networks#shapes")
  void coarserWeightsAreSmallerAndTellWhatTheyCost(NetworkShape small) throws Exception {
    NetworkShape shape = wide(small);
    ModelArtifact network = artifact(Networks.random(shape, 5));
    NetworkExport.File whole = NetworkExport.onnx(network, Precision.FP32, NetworkExport.Rows.NONE);
    NetworkExport.File half = NetworkExport.onnx(network, Precision.FP16, NetworkExport.Rows.NONE);
    NetworkExport.File bytes = NetworkExport.onnx(network, Precision.INT8, NetworkExport.Rows.NONE);
    assertThat(half.content().length).isLessThan((int) (0.75 * whole.content().length));
    assertThat(bytes.content().length).isLessThan((int) (0.6 * whole.content().length));
    assertThat(half.largestDifference()).isPositive().isLessThan(Precision.FP16.tolerance());
    assertThat(bytes.largestDifference()).isPositive().isLessThan(Precision.INT8.tolerance());
    assertThat(bytes.logLossChange()).isNotZero().isLessThan(0.1);
    try (ServableModel model = load(bytes.content())) {
      assertThat(model.infer(Networks.rows(3, shape.features(), 8), 3).isFinite()).isTrue();
    }
  }

  @Test
  void labelsDecideTheLogLoss() throws ModelRefusedException {
    DirectionNetwork network = Networks.random(5, 8, 5);
    float[] rows = Networks.rows(3, 5, 1);
    double change =
        NetworkExport.onnx(
                artifact(network),
                Precision.INT8,
                new NetworkExport.Rows(rows, new int[] {0, 1, 2}))
            .logLossChange();
    assertThat(change).isNotZero().isBetween(-0.2, 0.2);
  }

  @Test
  void whatIsNoNetworkIsNotExported() {
    ModelArtifact onnx =
        new ModelArtifact("direction", "2", "0".repeat(64), "onnx", "features-1", new byte[8]);
    assertThatThrownBy(() -> NetworkExport.onnx(onnx, Precision.FP32, NetworkExport.Rows.NONE))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("version 2 is onnx");
    assertThatThrownBy(() -> Precision.of("int4")).hasMessageContaining("fp16");
  }

  private static NetworkShape wide(NetworkShape small) {
    return switch (small) {
      case MlpShape any -> new MlpShape(16, 48);
      case RecurrentShape any -> new RecurrentShape(any.architecture(), 16, 4, 24);
      case TransformerShape any -> new TransformerShape(16, 4, 32, 2, 1);
      case AutoencoderShape any -> new AutoencoderShape(16, 48, 8);
    };
  }

  private static void alike(float[] one, float[] other, float within) {
    assertThat(one).hasSameSizeAs(other);
    for (int i = 0; i < one.length; i++) {
      assertThat(one[i]).isCloseTo(other[i], within(within * (1 + Math.abs(other[i]))));
    }
  }

  private static ModelArtifact artifact(DirectionNetwork network) {
    return Networks.artifact(NetworkFormat.write(network));
  }

  private static ServableModel load(byte[] content) throws ModelRefusedException {
    return new OnnxEngine()
        .load(new ModelArtifact("direction", "1", "0".repeat(64), "onnx", "features-1", content));
  }
}
