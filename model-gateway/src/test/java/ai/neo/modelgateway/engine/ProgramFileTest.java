package ai.neo.modelgateway.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** What stands in the archive of a TorchScript program. */
class ProgramFileTest {

  @Test
  void itsTextIsReadUpToABound() throws Exception {
    assertThat(ProgramFile.extra(archive("m/extra/features", "32\n"), "features", 64))
        .hasValue("32");
    assertThat(ProgramFile.extra(archive("m/features", "32"), "features", 64)).isEmpty();
    assertThat(ProgramFile.extra(archive("m/extra/features", "9".repeat(5000)), "features", 64))
        .hasValueSatisfying(text -> assertThat(text).hasSize(64));
  }

  @Test
  void theArchiveThatPyTorchWroteIsRead() throws Exception {
    try (InputStream file = getClass().getResourceAsStream("/torchscript/forecast.pt")) {
      byte[] program = Objects.requireNonNull(file).readAllBytes();
      assertThat(ProgramFile.text(program, "version", 8, StandardCharsets.UTF_8)).hasValue("3\n");
      ForwardMethod forward = ForwardMethod.of(program);
      assertThat(forward.arguments())
          .containsExactly(new ForwardMethod.Argument("window", "Tensor"));
      assertThat(forward.returns()).isEqualTo("Tuple[Tensor, Tensor]");
      assertThat(forward.answers()).hasValue(2);
    }
  }

  @Test
  void aDamagedArchiveIsRefused() throws Exception {
    byte[] good = archive("m/extra/features", "32");
    byte[] damaged = good.clone();
    Arrays.fill(damaged, 0, 60, (byte) 0x55);
    assertThatThrownBy(() -> ProgramFile.extra(damaged, "features", 64))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> ProgramFile.extra(Arrays.copyOf(good, 60), "x", 64))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("damaged");
  }

  private static byte[] archive(String name, String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(text.getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
    }
    return bytes.toByteArray();
  }
}
