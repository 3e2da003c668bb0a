package ai.neo.modelgateway.network;

import static ai.neo.modelgateway.network.Architecture.GRU;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkFormatTest {
  private final DirectionNetwork network = Networks.random(9, 7, 3);
  private final byte[] bytes = NetworkFormat.write(network);
  private final NetworkEngine engine = new NetworkEngine();

  @Test
  void whatWasWrittenIsRead() throws UnreadableNetworkException {
    assertThat(NetworkFormat.recognises(bytes)).isTrue();
    assertThat(NetworkFormat.read(bytes)).isEqualTo(network);
    assertThat(NetworkFormat.write(NetworkFormat.read(bytes))).isEqualTo(bytes);
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> engine.load(Networks.artifact(cut)))
          .as("length %d", length)
          .isInstanceOf(ModelRefusedException.class);
    }
  }

  @Test
  void trailingBytesAreRefused() {
    assertThatThrownBy(() -> engine.load(Networks.artifact(Arrays.copyOf(bytes, bytes.length + 1))))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("1 bytes too many");
  }

  @Test
  void damageIsCalledByItsName() {
    assertThatThrownBy(() -> engine.load(Networks.artifact(Arrays.copyOf(bytes, bytes.length - 7))))
        .hasMessageContaining("truncated: 7 bytes are missing");
    byte[] flipped = bytes.clone();
    flipped[bytes.length - 9] ^= 1;
    assertThatThrownBy(() -> engine.load(Networks.artifact(flipped)))
        .hasMessageContaining("damaged: its checksum is wrong");
  }

  @Test
  void everyFlippedByteIsRefused() {
    for (int at = 0; at < bytes.length; at++) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= 0x10;
      assertThatThrownBy(() -> engine.load(Networks.artifact(flipped)))
          .as("byte %d", at)
          .isInstanceOf(ModelRefusedException.class);
    }
  }

  @Test
  void weightsThatAreNotFiniteAreRefusedThoughTheChecksumIsRight() {
    byte[] broken = bytes.clone();
    little(broken).putFloat(broken.length - 8, Float.NaN);
    seal(broken);
    assertThatThrownBy(() -> engine.load(Networks.artifact(broken)))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void absurdSizesAreRefusedBeforeMemoryIsTaken() {
    for (int absurd : new int[] {Integer.MAX_VALUE, -1, 0, NetworkShape.MAX_FEATURES + 1}) {
      byte[] broken = bytes.clone();
      little(broken).putInt(8, absurd);
      seal(broken);
      assertThatThrownBy(() -> engine.load(Networks.artifact(broken)))
          .isInstanceOf(ModelRefusedException.class)
          .hasMessageContaining("features must be");
    }
  }

  @Test
  void anotherFeatureSetThanRegisteredIsRefused() {
    ModelArtifact other =
        new ModelArtifact("direction", "1", "0".repeat(64), "neo-djl", "features-2", bytes);
    assertThatThrownBy(() -> engine.load(other))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("features-1")
        .hasMessageContaining("features-2");
  }

  @Test
  void aVersionOfTheFirstFormatServesOn() throws Exception {
    // One feature, one unit a layer: every weight is the next number, so that a wrong place shows.
    ByteBuffer first = ByteBuffer.allocate(4 + 4 * 2 + 10 + 4 * (2 + 12) + 4).order(LITTLE_ENDIAN);
    first.put("NEOM".getBytes(US_ASCII)).putShort((short) 1).putShort((short) 1);
    first.putShort((short) 1).putShort((short) 10).put("features-1".getBytes(US_ASCII));
    first.putFloat(0.5f).putFloat(2f); // mean and deviation
    for (int i = 1; i <= 12; i++) {
      first.putFloat(i / 10f);
    }
    seal(first.array());
    float x = (3f - 0.5f) / 2f;
    float second = (x * 0.1f + 0.2f) * 0.3f + 0.4f;
    double[] logits = new double[3];
    double sum = 0;
    for (int o = 0; o < 3; o++) {
      logits[o] = Math.exp(second * (5 + o) / 10 + (9 + o) / 10.0);
      sum += logits[o];
    }
    Answer answer = engine.load(Networks.artifact(first.array())).infer(new float[] {3f}, 1);
    for (int o = 0; o < 3; o++) {
      assertThat((double) answer.actionProbabilities()[o]).isCloseTo(logits[o] / sum, within(1e-6));
    }
    assertThat(answer.expectedReturn()[0]).isCloseTo((second * 0.8f + 1.2f) * 0.01f, within(1e-7f));
    for (int length = 0; length < first.capacity(); length++) {
      byte[] cut = Arrays.copyOf(first.array(), length);
      assertThatThrownBy(() -> engine.load(Networks.artifact(cut)))
          .isInstanceOf(ModelRefusedException.class);
    }
  }

  private interface Change {
    void on(ByteBuffer file);
  }

  /** One field of a good file changed, under a checksum that is right again. */
  private static Arguments changed(String name, byte[] good, Change change, String reason) {
    byte[] file = good.clone();
    change.on(little(file));
    seal(file);
    return Arguments.of(name, file, reason);
  }

  static Stream<Arguments> hostile() {
    byte[] mlp = NetworkFormat.write(Networks.random(9, 7, 3));
    byte[] gru = NetworkFormat.write(Networks.random(new RecurrentShape(GRU, 5, 4, 6), 3));
    byte[] transformer =
        NetworkFormat.write(Networks.random(new TransformerShape(5, 4, 8, 2, 2), 3));
    DirectionNetwork plain = Networks.random(9, 7, 3);
    byte[] warm =
        NetworkFormat.write(plain.answering(Uncertainty.NONE, new Calibration.Temperature(2)));
    byte[] kinked = NetworkFormat.write(plain.answering(Uncertainty.NONE, Networks.kinked()));
    byte[] second = second(9, 7);
    return Stream.of(
        changed("3 of the future", mlp, f -> f.putShort(4, (short) 4), "should be 3 but is 4"),
        changed("3 no architecture", mlp, f -> f.putShort(6, (short) 99), "no architecture 99"),
        changed("3 another kind", mlp, f -> f.putShort(6, (short) 3), "bytes are missing"),
        changed("3 window of none", gru, f -> f.putInt(12, 0), "window must be"),
        changed("3 window without end", gru, f -> f.putInt(12, 1 << 30), "window must be"),
        changed("3 an MLP's window", mlp, f -> f.putInt(12, 4), "window should be 1 but is 4"),
        changed("3 hidden beyond", mlp, f -> f.putInt(16, 1 << 30), "hidden must be"),
        changed("3 a size too many", mlp, f -> f.putInt(24, 5), "size 2 should be 0 but is 5"),
        changed("3 heads of none", transformer, f -> f.putInt(20, 0), "heads must be"),
        changed("3 heads that do not fit", transformer, f -> f.putInt(20, 3), "divide width=8"),
        changed("3 layers beyond", transformer, f -> f.putInt(24, 1 << 20), "layers must be"),
        changed("3 outputs", mlp, f -> f.putInt(28, 5), "outputs should be 4 but is 5"),
        changed("3 cost", mlp, f -> f.putDouble(40, Double.NaN), "costPerTrade must be"),
        changed("3 weight", mlp, f -> f.putFloat(48, -1), "sellWeight must be finite"),
        changed("3 dropout", mlp, f -> f.putFloat(64, 2), "dropout must be 0 to 0.9"),
        changed("3 masks", mlp, f -> f.putInt(68, 1 << 30), "masks must be"),
        changed("3 calibration", mlp, f -> f.putShort(72, (short) 9), "no calibration 9"),
        changed("3 temperature", warm, f -> f.putFloat(74, Float.NaN), "temperature must be"),
        changed("3 curve", kinked, f -> f.putInt(74, Integer.MAX_VALUE), "curve of 2147483647"),
        changed("3 falling curve", kinked, f -> f.putFloat(90, 0.9f), "out of order"),
        changed("3 name's length", mlp, f -> f.putShort(74, (short) -1), "a text of 65535 bytes"),
        changed("3 name", mlp, f -> f.put(76, (byte) 0xff), "not UTF-8"),
        changed("2 layers", second, f -> f.putShort(6, (short) 3), "hidden layers should be 2"),
        changed("2 features", second, f -> f.putInt(8, -1), "features must be"),
        changed("2 features beyond", second, f -> f.putInt(8, 1 << 30), "features must be"),
        changed("2 hidden", second, f -> f.putInt(12, Integer.MAX_VALUE), "hidden must be"),
        changed("2 hidden fewer", second, f -> f.putInt(12, 6), "bytes too many"),
        changed("2 outputs", second, f -> f.putInt(16, 3), "outputs should be 4 but is 3"),
        changed("2 cost", second, f -> f.putDouble(28, -1), "costPerTrade must be"),
        changed("2 scale", second, f -> f.putFloat(48, 0), "returnScale must be finite"),
        changed("2 name's length", second, f -> f.putShort(52, (short) -1), "a text of 65535"),
        changed("2 deviation", second, f -> f.putFloat(70 + 4 * 9, 0), "deviation of feature 0"),
        changed("2 count", second, f -> f.putInt(70 + 4 * 18, 7), "parameters should be 158"),
        changed("2 weight", second, f -> f.putFloat(74 + 4 * 18, Float.NaN), "parameter 0 is NaN"));
  }

  @ParameterizedTest(name = "format {0}")
  @MethodSource("hostile")
  void aFieldThatCannotBeIsNamedThoughTheChecksumIsRight(
      String name, byte[] content, String reason) {
    assertThat(name).isNotEmpty();
    assertThatThrownBy(() -> engine.load(Networks.artifact(content)))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aVersionOfTheSecondFormatServesOnAndNoPartOfItDoes() throws Exception {
    byte[] whole = second(9, 7);
    DirectionNetwork read = NetworkFormat.read(whole);
    assertThat(read.parameters()).isEqualTo(network.parameters());
    assertThat(read.calibration()).isEqualTo(Calibration.NONE);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> engine.load(Networks.artifact(cut)))
          .as("length %d", length)
          .isInstanceOf(ModelRefusedException.class);
    }
    whole[whole.length - 9] ^= 1;
    assertThatThrownBy(() -> engine.load(Networks.artifact(whole)))
        .hasMessageContaining("its checksum is wrong");
  }

  /** The second format of the random network with seed 3: texts at 52, means at 70. */
  private static byte[] second(int features, int hidden) {
    DirectionNetwork network = Networks.random(features, hidden, 3);
    int parameters = network.shape().parameters();
    ByteBuffer file =
        ByteBuffer.allocate(70 + 4 * (2 * features + 1 + parameters) + 4).order(LITTLE_ENDIAN);
    file.put("NEOM".getBytes(US_ASCII)).putShort((short) 2).putShort((short) 2);
    file.putInt(features).putInt(hidden).putInt(4).putLong(3).putDouble(0.0005);
    file.putFloat(1.1f).putFloat(0.8f).putFloat(1.2f).putFloat(0.002f);
    for (String text : new String[] {"features-1", "e", "c"}) {
      file.putShort((short) text.length()).put(text.getBytes(US_ASCII));
    }
    for (int f = 0; f < features; f++) {
      file.putFloat(network.standardisation().mean(f));
    }
    for (int f = 0; f < features; f++) {
      file.putFloat(network.standardisation().deviation(f));
    }
    file.putInt(parameters);
    for (float parameter : network.parameters()) {
      file.putFloat(parameter);
    }
    seal(file.array());
    return file.array();
  }

  @Test
  void onlyItsOwnFormatIsRead() {
    assertThat(engine.reads("neo-djl")).isTrue();
    assertThat(engine.reads("onnx")).isFalse();
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN);
  }

  private static void seal(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    little(bytes).putInt(bytes.length - 4, (int) crc.getValue());
  }
}
