package ai.neo.modelregistry;

import static ai.neo.modelregistry.Samples.bytes;
import static ai.neo.modelregistry.Samples.field;
import static ai.neo.modelregistry.Samples.onnx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.artifact.ArtifactRefusedException;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArtifactFormatTest {
  private static final ByteString LINEAR = Samples.resource("linear.onnx");

  /** TensorProto with raw data, and whatever is appended. */
  private static ByteString tensor(ByteString more) {
    return field(2, 1).concat(field(9, bytes(0, 0, 0, 0))).concat(more);
  }

  private static ByteString external() {
    return tensor(field(14, 1));
  }

  @Test
  void recognisesWhatIsAllowedByItsBytes() {
    assertThat(ArtifactFormat.admit(LINEAR, "")).isEqualTo(ArtifactFormat.ONNX);
    assertThat(ArtifactFormat.admit(LINEAR, "onnx")).isEqualTo(ArtifactFormat.ONNX);
    assertThat(ArtifactFormat.admit(onnx(field(5, tensor(ByteString.EMPTY))), ""))
        .isEqualTo(ArtifactFormat.ONNX);
    assertThat(ArtifactFormat.admit(Samples.neoDjl(1), "")).isEqualTo(ArtifactFormat.NEO_DJL);
    assertThat(ArtifactFormat.admit(Samples.torchScript(), "torchscript"))
        .isEqualTo(ArtifactFormat.TORCHSCRIPT);
  }

  @Test
  void takesTorchScriptOnlyWhenAskedTo() {
    assertRefused(Samples.torchScript(), "", "state format=torchscript");
  }

  @Test
  void believesTheBytesAndNotTheStatedFormat() {
    assertRefused(Samples.neoDjl(1), "onnx", "format=onnx was stated, but it is neo-djl");
    assertRefused(LINEAR, "torchscript", "format=torchscript was stated, but it is onnx");
    assertRefused(Samples.zip("m/data.pkl"), "torchscript", "torch.save");
    assertRefused(LINEAR, "pickle", "format='pickle' is not known");
    assertRefused(LINEAR, "ONNX\n", "is not known");
  }

  static Stream<Arguments> hostile() {
    ByteString deep = external();
    for (int i = 0; i < 3; i++) {
      // A node whose attribute is a graph whose node …, as If and Loop have them.
      deep = field(1, field(5, field(6, i == 0 ? field(5, deep) : deep)));
    }
    ByteString bottomless = field(2, ByteString.copyFromUtf8("g"));
    for (int i = 0; i < 2_000; i++) {
      bottomless = field(1, field(5, field(6, bottomless)));
    }
    ByteString script = Samples.torchScript();
    return Stream.of(
        arguments("empty", ByteString.EMPTY, "empty (0 bytes)"),
        arguments("pickle protocol 2", bytes(0x80, 2, '}', 'q', 0, '.'), "Python pickle"),
        arguments("pickle protocol 4", bytes(0x80, 4, 0x95, 1, 0, 0, 0, '.'), "Python pickle"),
        arguments("pickle protocol 5", bytes(0x80, 5, 'N', '.'), "Python pickle"),
        arguments(
            "textual pickle that calls a shell",
            ByteString.copyFromUtf8("cos\nsystem\n(S'id'\ntR."),
            "textual Python pickle"),
        arguments(
            "textual pickle of a dictionary",
            ByteString.copyFromUtf8("(dp0\nVweights\np1\nF0.5\ns."),
            "textual Python pickle"),
        arguments("torch.save", Samples.zip("m/data.pkl", "m/data/0", "m/version"), "torch.save"),
        arguments(
            "torch.save with a constants.pkl but no code",
            Samples.zip("m/data.pkl", "m/constants.pkl"),
            "torch.save"),
        arguments(
            "script spread over two roots",
            Samples.zip("a/data.pkl", "b/constants.pkl", "a/code/x.py"),
            "torch.save"),
        arguments("NumPy arrays", Samples.zip("w.npy"), "npz"),
        arguments("Java archive", Samples.zip("META-INF/MANIFEST.MF", "A.class"), "Java archive"),
        arguments("any zip", Samples.zip("readme.txt"), "not a model"),
        arguments("empty zip", Samples.zip(), "not a model"),
        arguments(
            "zip that leads outside",
            Samples.zip("m/data.pkl", "m/constants.pkl", "m/code/../../../x"),
            "leads outside"),
        arguments("zip cut off", script.substring(0, script.size() - 30), "cut off"),
        arguments(
            "zip of two minds", renamedInDirectory(script, "m/version", "m/versiom"), "two names"),
        arguments(
            "zip whose directory is elsewhere", bytes('P', 'K', 3, 4).concat(script), "missing"),
        arguments("zip bomb", unpackingTo(script, 0x7fff_ffff), "unpack to 8589934588 bytes"),
        arguments("neo-djl cut off", ByteString.copyFromUtf8("NEOM"), "cut off after 4 bytes"),
        arguments("HDF5", bytes(0x89, 'H', 'D', 'F', 13, 10), "HDF5"),
        arguments("gzip", bytes(0x1f, 0x8b, 8, 0), "gzip"),
        arguments("executable", bytes(0x7f, 'E', 'L', 'F', 2), "ELF"),
        arguments("bare DJL", ByteString.copyFromUtf8("DJL@\0\0\0\1"), "bare DJL"),
        arguments(
            "safetensors",
            bytes(2, 0, 0, 0, 0, 0, 0, 0).concat(ByteString.copyFromUtf8("{}")),
            "safetensors"),
        arguments("noise", bytes(1, 2, 3), "nothing known (it begins with the bytes 0x010203)"),
        arguments("one byte", bytes(8), "cut off or damaged"),
        arguments("ONNX with weights elsewhere", Samples.resource("external.onnx"), "external"),
        arguments("location only", onnx(field(5, external())), "external"),
        arguments("key only", onnx(field(5, tensor(field(13, field(1, bytes('x')))))), "external"),
        arguments("in a sparse tensor", onnx(field(15, field(1, external()))), "external"),
        arguments("in an attribute", onnx(field(1, field(5, field(5, external())))), "external"),
        arguments("in nested graphs", onnx(deep), "external"),
        arguments(
            "in a function",
            onnx(ByteString.EMPTY).concat(field(25, field(7, field(5, field(10, external()))))),
            "external"),
        arguments(
            "in training",
            onnx(ByteString.EMPTY).concat(field(20, field(1, field(5, external())))),
            "external"),
        arguments("location as a text", onnx(field(5, tensor(field(14, bytes(1))))), "external"),
        arguments("nested without end", onnx(bottomless), "nested more than"),
        arguments("graph as a number", field(1, 8).concat(field(7, 1)), "graph is not a message"),
        arguments("IR version 0", bytes(8, 0), "IR version 0"),
        arguments("no graph", field(1, 8).concat(field(8, field(2, 17))), "it has no graph"),
        arguments("no opset", LINEAR.substring(0, LINEAR.size() - 40), ""),
        arguments("zip behind ONNX", LINEAR.concat(script), "which ONNX models do not have"),
        arguments("group", onnx(ByteString.EMPTY).concat(bytes(0x13, 0x14)), "damaged"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void refusesTheHostileAndSaysWhatItIs(String name, ByteString content, String reason) {
    assertThat(name).isNotEmpty();
    assertRefused(content, "", reason);
  }

  @Test
  void refusesEveryTruncationOfAnOnnxModelThatLosesItsOpset() {
    // The opset import is written right behind the graph; metadata behind it may end anywhere.
    ByteString whole = onnx(field(5, tensor(ByteString.EMPTY)));
    for (int size = 0; size < whole.size(); size++) {
      assertRefused(whole.substring(0, size), "", "");
    }
  }

  @Test
  void refusesOrRecognisesButNeverFailsOnDamage() {
    long seed = 20_261_121;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] content = (i % 2 == 0 ? LINEAR : Samples.torchScript()).toByteArray();
      for (int flips = 0; flips <= random.nextInt(4); flips++) {
        content[random.nextInt(content.length)] = (byte) random.nextInt(256);
      }
      try {
        ArtifactFormat.admit(ByteString.copyFrom(content), "");
      } catch (ArtifactRefusedException e) {
        assertThat(e).as("seed=%d i=%d", seed, i).hasMessageContaining("Accepted are");
      }
    }
  }

  @Test
  void refusesWhatIsTooLarge() {
    ByteString big =
        Samples.neoDjl(1).concat(ByteString.copyFrom(new byte[ArtifactFormat.SIZE_MAX_BYTES]));
    assertRefused(big, "", "more than the 268435456 allowed");
  }

  private static ByteString renamedInDirectory(ByteString zip, String from, String to) {
    byte[] bytes = zip.toByteArray();
    String text = zip.toString(StandardCharsets.ISO_8859_1);
    int last = text.lastIndexOf(from);
    ByteString.copyFromUtf8(to).copyTo(bytes, last);
    return ByteString.copyFrom(bytes);
  }

  /** The directory claims that each file is so large when it is unpacked. */
  private static ByteString unpackingTo(ByteString zip, int size) {
    ByteBuffer bytes = ByteBuffer.wrap(zip.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes.limit() - 28; at++) {
      if (bytes.getInt(at) == 0x02014b50) {
        bytes.putInt(at + 24, size);
      }
    }
    return ByteString.copyFrom(bytes.array());
  }

  private static void assertRefused(ByteString content, String stated, String reason) {
    assertThatThrownBy(() -> ArtifactFormat.admit(content, stated))
        .hasMessageStartingWith("The artifact is refused: ")
        .hasMessageContaining(reason)
        .hasMessageContaining("Accepted are neo-djl, onnx")
        .isInstanceOf(ArtifactRefusedException.class);
  }
}
