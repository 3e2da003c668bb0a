package ai.neo.modelgateway.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Optional;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * One file of a TorchScript program, which is an archive of one folder. It is found by the
 * archive's directory, as PyTorch does: what PyTorch writes cannot be read from its beginning on,
 * since entries that are not compressed have their sizes behind them.
 */
final class ProgramFile {

  private ProgramFile() {}

  /** The text of an extra file that torch.jit.save was given, or its first so many bytes. */
  static Optional<String> extra(byte[] content, String name, int bytesMax)
      throws ModelRefusedException {
    return text(content, "extra/" + name, bytesMax, StandardCharsets.UTF_8).map(String::strip);
  }

  /**
   * The text of a file, or its first so many bytes: a small archive may unpack to any size.
   *
   * @param path in the archive's folder
   */
  static Optional<String> text(byte[] content, String path, int bytesMax, Charset charset)
      throws ModelRefusedException {
    try (ZipFile zip = ZipFile.builder().setByteArray(content).get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        String name = entry.getName();
        if (name.substring(name.indexOf('/') + 1).equals(path)) {
          try (InputStream file = zip.getInputStream(entry)) {
            return Optional.of(new String(file.readNBytes(bytesMax), charset));
          }
        }
      }
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelRefusedException("the archive is damaged: " + e.getMessage(), e);
    }
  }
}
