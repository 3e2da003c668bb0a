package ai.neo.modelgateway.network;

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
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

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
