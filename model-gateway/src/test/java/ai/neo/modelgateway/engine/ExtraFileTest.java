package ai.neo.modelgateway.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** What stands beside a TorchScript program is found without unpacking whatever is before it. */
class ExtraFileTest {
  private static final int MEBIBYTE = 1 << 20;

  @Test
  void itsTextIsReadUpToABound() throws Exception {
    assertThat(ExtraFile.text(archive(10, "m/extra/features", "32\n"), "features")).hasValue("32");
    assertThat(ExtraFile.text(archive(10, "m/features", "32"), "features")).isEmpty();
    assertThat(ExtraFile.text(archive(10, "m/extra/features", "9".repeat(5000)), "features"))
        .hasValueSatisfying(text -> assertThat(text).hasSize(64));
  }

  @Test
  void aBombBeforeItIsNotUnpackedToItsEnd() throws Exception {
    byte[] bomb = archive(4 * MEBIBYTE, "m/extra/features", "32");
    assertThat(bomb.length).isLessThan(16 * 1024);
    assertThatThrownBy(() -> ExtraFile.text(bomb, "features", MEBIBYTE))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessage("the archive unpacks to more than the 1048576 bytes allowed");
    assertThat(ExtraFile.text(bomb, "features", 8 * MEBIBYTE)).hasValue("32");
  }

  @Test
  void aDamagedArchiveIsRefused() throws Exception {
    byte[] good = archive(1000, "m/extra/features", "32");
    good[40] ^= 0x55;
    good[41] ^= 0x55;
    assertThatThrownBy(() -> ExtraFile.text(good, "features"))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> ExtraFile.text(Arrays.copyOf(archive(1000, "m/x", ""), 60), "x"))
        .isInstanceOf(ModelRefusedException.class);
  }

  private static byte[] archive(int zeros, String name, String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("m/code/m.py"));
      zip.write(new byte[zeros]);
      zip.closeEntry();
      zip.putNextEntry(new ZipEntry(name));
      zip.write(text.getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
    }
    return bytes.toByteArray();
  }
}
