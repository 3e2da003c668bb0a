package ai.neo.proto.artifact;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.Optional;

/**
 * The formats that may be registered, promoted and loaded: the one allow-list, which registry and
 * gateway both ask. A format is what the bytes are, never what their name or their sender says.
 * Pure functions of the bytes, for any thread; nothing is unpacked, built or run to find it out.
 */
public enum ArtifactFormat {
  /** Parameters of a DJL block, in Neo's own container. Data only. */
  NEO_DJL("neo-djl", "model.neo", false),
  /** A graph with its weights inside one file. Data only. */
  ONNX("onnx", "model.onnx", false),
  /** A program with its weights: whoever loads it runs it. */
  TORCHSCRIPT("torchscript", "model.pt", true),
  /** Names of exact versions and how their answers are combined. Data only. */
  NEO_ENSEMBLE("neo-ensemble", "model.ensemble", false);

  /** 256 MiB, which is 64 times the largest network that this system trains. */
  public static final int SIZE_MAX_BYTES = 256 << 20;

  static final String ACCEPTED =
      "Accepted are neo-djl, onnx (with its weights inside), neo-ensemble and, when"
          + " format=torchscript is stated, torchscript";

  private static final ByteString NEO_DJL_MAGIC = ByteString.copyFromUtf8("NEOM");

  private static final int NAME_SHOWN_MAX = 80;

  /** The magic, and at least one more word. */
  private static final int NEO_DJL_SIZE_MIN = 8;

  private final String wireName;
  private final String fileName;
  private final boolean executable;

  ArtifactFormat(String wireName, String fileName, boolean executable) {
    this.wireName = wireName;
    this.fileName = fileName;
    this.executable = executable;
  }

  /** The name in the protocol and in the ledger. */
  public String wireName() {
    return wireName;
  }

  /** What a file of this format is called where it has no name of its own. */
  public String fileName() {
    return fileName;
  }

  /** Whether loading it runs code that its author wrote. */
  public boolean isExecutable() {
    return executable;
  }

  /**
   * Recognises the content, or refuses it.
   *
   * @param stated the format's name, or empty to go by the bytes
   * @throws ArtifactRefusedException with what it is instead
   */
  public static ArtifactFormat admit(ByteString content, String stated) {
    Optional<ArtifactFormat> wanted =
        stated.isEmpty() ? Optional.empty() : Optional.of(named(stated));
    if (content.isEmpty()) {
      throw refused("it is empty (0 bytes): the export or the upload was cut off");
    }
    if (content.size() > SIZE_MAX_BYTES) {
      throw refused(
          "it has %d bytes, more than the %d allowed".formatted(content.size(), SIZE_MAX_BYTES));
    }
    ArtifactFormat found = recognised(content);
    if (wanted.isPresent() && wanted.get() != found) {
      throw refused("format=%s was stated, but it is %s".formatted(stated, found.wireName));
    }
    if (found.executable && wanted.isEmpty()) {
      throw refused(
          "it is TorchScript, a program that runs with the rights of whoever loads it. If you trust"
              + " its author, state format=torchscript; better, export it to ONNX");
    }
    return found;
  }

  /** The format of that name in the protocol and in the ledger, as the registry itself wrote it. */
  public static ArtifactFormat ofWire(String name) {
    return named(name);
  }

  /** Whether a file that begins so is worth looking at as a whole. */
  public static boolean mayBegin(ByteString start) {
    return !start.isEmpty()
        && (start.startsWith(NEO_DJL_MAGIC)
            || EnsembleFile.beginsLikeOne(start)
            || ForeignFile.isZip(start)
            || OnnxStructure.beginsLikeOne(start));
  }

  /** What a file that begins so looks like, when it may not be loaded. */
  public static String describe(ByteString start) {
    return start.isEmpty() ? "an empty file" : ForeignFile.describe(start);
  }

  private static ArtifactFormat named(String name) {
    return Arrays.stream(values())
        .filter(format -> format.wireName.equals(name))
        .findFirst()
        .orElseThrow(() -> refused("format=%s is not known".formatted(shown(name))));
  }

  private static ArtifactFormat recognised(ByteString content) {
    if (content.startsWith(NEO_DJL_MAGIC)) {
      if (content.size() < NEO_DJL_SIZE_MIN) {
        throw refused(
            "it begins as neo-djl and is cut off after %d bytes".formatted(content.size()));
      }
      return NEO_DJL;
    }
    if (EnsembleFile.beginsLikeOne(content)) {
      EnsembleFile.read(content);
      return NEO_ENSEMBLE;
    }
    if (ForeignFile.isZip(content)) {
      return TorchArchive.check(content);
    }
    if (OnnxStructure.beginsLikeOne(content)) {
      OnnxStructure.check(content);
      return ONNX;
    }
    throw refused("it looks like " + ForeignFile.describe(content));
  }

  static ArtifactRefusedException refused(String why) {
    return new ArtifactRefusedException("The artifact is refused: " + why + ". " + ACCEPTED);
  }

  /** A caller's text, shortened and without control characters, for use in a message. */
  private static String shown(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= NAME_SHOWN_MAX
        ? "'" + clean + "'"
        : "'" + clean.substring(0, NAME_SHOWN_MAX) + "…'";
  }
}
