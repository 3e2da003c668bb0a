package ai.neo.modelgateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** TorchScript programs without weights, as {@code torch.jit.save} writes them. */
public final class TinyTorchScript {
  private static final String DATA =
      "\u0080\u0002c__torch__\nM\n)\u0081}(X\u0008\0\0\0training\u0089ub.";
  private static final String NO_CONSTANTS = "\u0080\u0002).";

  private final Map<String, String> files = new LinkedHashMap<>();

  /**
   * @param forward declaration and body, as {@code forward(self, x: Tensor) -> Tensor: return x}
   */
  public TinyTorchScript(String forward) {
    int body = forward.indexOf(": return ") + 1;
    files.put("data.pkl", DATA);
    files.put(
        "code/__torch__.py",
        """
        class Other(Module):
          def forward(self: __torch__.Other,
            wrong: Tensor) -> Tensor:
            return wrong
        class M(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def %s
            %s
        """
            .formatted(
                forward.substring(0, body).replace("(self", "(self: __torch__.M"),
                forward.substring(body).strip()));
    files.put("constants.pkl", NO_CONSTANTS);
    files.put("version", "3\n");
  }

  /** With a file that torch.jit.save was given. */
  public TinyTorchScript extra(String name, String text) {
    files.put("extra/" + name, text);
    return this;
  }

  public TinyTorchScript without(String file) {
    files.remove(file);
    return this;
  }

  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry("m/" + file.getKey()));
        zip.write(file.getValue().getBytes(StandardCharsets.ISO_8859_1));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
