package ai.neo.modelgateway.engine;

import ai.neo.proto.artifact.ArtifactFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** What was put beside a TorchScript program, in the archive that PyTorch writes. */
final class ExtraFile {
  private static final int MAX_BYTES = 64;
  private static final int CHUNK_BYTES = 8192;

  private ExtraFile() {}

  /** The text of an extra file that torch.jit.save was given, at most 64 bytes of it. */
  static Optional<String> text(byte[] content, String name) throws ModelRefusedException {
    return text(content, name, ArtifactFormat.SIZE_MAX_BYTES);
  }

  /**
   * The same.
   *
   * @param unpackedMax bytes that are unpacked on the way there, whatever the archive's directory
   *     claims: a small file may unpack to any size
   */
  static Optional<String> text(byte[] content, String name, long unpackedMax)
      throws ModelRefusedException {
    long left = unpackedMax;
    byte[] chunk = new byte[CHUNK_BYTES];
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(content))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith("/extra/" + name)) {
          byte[] text = zip.readNBytes(MAX_BYTES);
          return Optional.of(new String(text, StandardCharsets.UTF_8).strip());
        }
        for (int read = zip.read(chunk); read >= 0; read = zip.read(chunk)) {
          left -= read;
          if (left < 0) {
            throw new ModelRefusedException(
                "the archive unpacks to more than the %d bytes allowed".formatted(unpackedMax));
          }
        }
      }
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelRefusedException("the archive is damaged: " + e.getMessage(), e);
    }
  }
}
