package ai.neo.orchestrator.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path path;

  @Test
  void aSecondOneIsRefusedUntilTheFirstIsClosed() throws Exception {
    try (DataDirectory first = DataDirectory.open(path)) {
      assertThat(first.path()).isEqualTo(path);
      assertThatThrownBy(() -> DataDirectory.open(path))
          .isInstanceOf(OperationsException.class)
          .hasMessageContaining("is in use");
    }
    DataDirectory.open(path).close();
  }

  @Test
  void theTokenIsTheOwnersAloneAndStays() throws Exception {
    String token;
    try (DataDirectory directory = DataDirectory.open(path)) {
      token = directory.token();
      assertThat(token).hasSize(43);
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve("token"))))
          .isEqualTo("rw-------");
    }
    try (DataDirectory directory = DataDirectory.open(path)) {
      assertThat(directory.token()).isEqualTo(token);
    }
  }

  @Test
  void aPathThatCannotBeADirectorySaysSo() throws Exception {
    Path file = Files.writeString(path.resolve("file"), "x");
    assertThatThrownBy(() -> DataDirectory.open(file.resolve("below")))
        .isInstanceOf(OperationsException.class)
        .hasMessageContaining("--data-dir");
  }
}
