package ai.neo.modelgateway.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A zip archive as PyTorch writes it, read by its central directory: TorchScript has a program
 * ({@code code/}) and constants, a checkpoint has a pickle and neither.
 */
final class TorchArchive {

  private static final int END_SIGNATURE = 0x06054b50;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int END_SIZE = 22;
  private static final int COMMENT_MAX = 0xFFFF;
  private static final int ENTRY_SIZE = 46;
  private static final int ENTRIES_MAX = 65_535;
  private static final int EXTRA_FILE_MAX_BYTES = 64;

  private TorchArchive() {}

  /** Refuses whatever is not TorchScript, and says what it is instead. */
  static void requireTorchScript(byte[] content) throws ModelRefusedException {
    if (!ArtifactFormats.startsWithZip(content)) {
      throw new ModelRefusedException(
          "format=torchscript was stated, but the artifact is no zip archive: it begins with "
              + ArtifactFormats.header(content));
    }
    describe(content);
  }

  /** Passes for TorchScript; refuses a truncated archive, a checkpoint and any other zip. */
  static void describe(byte[] content) throws ModelRefusedException {
    Set<String> names = names(content);
    boolean pickle = names.stream().anyMatch(name -> name.endsWith(".pkl"));
    boolean code = names.stream().anyMatch(name -> name.contains("/code/"));
    boolean constants = names.stream().anyMatch(name -> name.endsWith("/constants.pkl"));
    if (code && constants) {
      return;
    }
    if (pickle) {
      throw new ModelRefusedException(
          "the artifact is a PyTorch checkpoint (torch.save), a zip around a Python pickle, which"
              + " runs code when it is read; export the model to ONNX");
    }
    throw new ModelRefusedException(
        "the artifact is a zip archive of "
            + names.size()
            + " files without a TorchScript program");
  }

  /** The text of an extra file that torch.jit.save was given, at most 64 bytes of it. */
  static Optional<String> extraFile(byte[] content, String name) throws ModelRefusedException {
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(content))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith("/extra/" + name)) {
          byte[] text = zip.readNBytes(EXTRA_FILE_MAX_BYTES);
          return Optional.of(new String(text, StandardCharsets.UTF_8).strip());
        }
      }
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelRefusedException("the archive is damaged: " + e.getMessage(), e);
    }
  }

  private static Set<String> names(byte[] content) throws ModelRefusedException {
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int end = endRecord(bytes);
    int entries = Math.min(ENTRIES_MAX, bytes.getShort(end + 10) & 0xFFFF);
    long offset = bytes.getInt(end + 16) & 0xFFFF_FFFFL;
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < entries; i++) {
      if (offset + ENTRY_SIZE > end || bytes.getInt((int) offset) != ENTRY_SIGNATURE) {
        throw new ModelRefusedException("the archive's directory is damaged");
      }
      int at = (int) offset;
      int nameLength = bytes.getShort(at + 28) & 0xFFFF;
      int rest = (bytes.getShort(at + 30) & 0xFFFF) + (bytes.getShort(at + 32) & 0xFFFF);
      if (at + ENTRY_SIZE + nameLength > end) {
        throw new ModelRefusedException("the archive's directory is damaged");
      }
      names.add(new String(content, at + ENTRY_SIZE, nameLength, StandardCharsets.UTF_8));
      offset += ENTRY_SIZE + nameLength + rest;
    }
    return names;
  }

  private static int endRecord(ByteBuffer bytes) throws ModelRefusedException {
    int last = bytes.limit() - END_SIZE;
    for (int at = last; at >= Math.max(0, last - COMMENT_MAX); at--) {
      if (bytes.getInt(at) == END_SIGNATURE) {
        return at;
      }
    }
    throw new ModelRefusedException(
        "the archive is truncated: its directory, which stands at the end, is missing");
  }
}
