package ai.neo.modelgateway.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** What was put beside a TorchScript program, in the archive that PyTorch writes. */
final class ExtraFile {
  private static final int MAX_BYTES = 64;

  private ExtraFile() {}

  /** The text of an extra file that torch.jit.save was given, at most 64 bytes of it. */
  static Optional<String> text(byte[] content, String name) throws ModelRefusedException {
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(content))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith("/extra/" + name)) {
          byte[] text = zip.readNBytes(MAX_BYTES);
          return Optional.of(new String(text, StandardCharsets.UTF_8).strip());
        }
      }
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelRefusedException("the archive is damaged: " + e.getMessage(), e);
    }
  }
}
