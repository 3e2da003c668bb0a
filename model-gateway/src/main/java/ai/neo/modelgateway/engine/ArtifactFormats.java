package ai.neo.modelgateway.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * The one allow-list in front of every loader: an artifact reaches an engine only when its bytes
 * are what its format says. Nothing is unpacked, parsed into objects or run to find that out.
 */
public final class ArtifactFormats {

  /** A network of Neo's own: parameters, no program. */
  public static final String NEO_DJL = "neo-djl";

  /** A graph with its weights in the same file. */
  public static final String ONNX = "onnx";

  /** A program with its weights. */
  public static final String TORCHSCRIPT = "torchscript";

  /** Largest artifact that is loaded: 64 times the largest network that Neo trains. */
  public static final int SIZE_MAX_BYTES = 256 << 20;

  private static final Set<String> ALLOWED = Set.of(NEO_DJL, ONNX, TORCHSCRIPT);
  private static final byte[] NEO_DJL_MAGIC = "NEOM".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};

  /** The PROTO instruction, which every pickle since protocol 2 begins with. */
  private static final int PICKLE_PROTO = 0x80;

  private static final int PICKLE_PROTO_MIN = 2;
  private static final int PICKLE_PROTO_MAX = 5;
  private static final int HEADER_SHOWN = 8;

  private ArtifactFormats() {}

  /**
   * Passes an artifact on whose bytes are of the format that it claims.
   *
   * @throws ModelRefusedException with what the bytes are instead
   */
  public static void check(ModelArtifact artifact) throws ModelRefusedException {
    byte[] content = artifact.content();
    String format = artifact.format();
    if (!ALLOWED.contains(format)) {
      throw new ModelRefusedException(
          "format '" + format + "' may not be loaded; allowed are neo-djl, onnx and torchscript");
    }
    if (content.length == 0) {
      throw new ModelRefusedException("the artifact is empty (0 bytes)");
    }
    if (content.length > SIZE_MAX_BYTES) {
      throw new ModelRefusedException(
          "the artifact has " + content.length + " bytes, more than " + SIZE_MAX_BYTES);
    }
    if (isPickle(content)) {
      throw new ModelRefusedException(
          "the artifact is a Python pickle, which runs code when it is read; export it to ONNX");
    }
    switch (format) {
      case NEO_DJL -> requireNeo(content);
      case ONNX -> requireOnnx(content);
      default -> TorchArchive.requireTorchScript(content);
    }
  }

  private static boolean isPickle(byte[] content) {
    return content.length >= 2
        && (content[0] & 0xFF) == PICKLE_PROTO
        && content[1] >= PICKLE_PROTO_MIN
        && content[1] <= PICKLE_PROTO_MAX;
  }

  private static void requireNeo(byte[] content) throws ModelRefusedException {
    if (!startsWith(content, NEO_DJL_MAGIC)) {
      throw new ModelRefusedException(
          "format=neo-djl was stated, but the artifact begins with " + header(content));
    }
  }

  private static void requireOnnx(byte[] content) throws ModelRefusedException {
    if (startsWith(content, ZIP_MAGIC)) {
      TorchArchive.describe(content); // says more when it is a checkpoint
      throw new ModelRefusedException("format=onnx was stated, but the artifact is a zip archive");
    }
    if (startsWith(content, NEO_DJL_MAGIC)) {
      throw new ModelRefusedException("format=onnx was stated, but the artifact is neo-djl");
    }
    OnnxStructure.check(content);
  }

  static boolean startsWithZip(byte[] content) {
    return startsWith(content, ZIP_MAGIC);
  }

  static String header(byte[] content) {
    StringBuilder hex = new StringBuilder();
    for (byte b : Arrays.copyOf(content, Math.min(content.length, HEADER_SHOWN))) {
      hex.append(String.format("%02x ", b));
    }
    return "bytes " + hex.toString().strip();
  }

  private static boolean startsWith(byte[] content, byte[] magic) {
    return content.length >= magic.length
        && Arrays.equals(content, 0, magic.length, magic, 0, magic.length);
  }
}
