package ai.neo.orchestrator.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
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

  @Test
  void postgresKeepsItsRowsAndStartsAgainOverWhatAKilledRunLeft() throws Exception {
    Path data = path.resolve("postgres");
    Path binaries = path.resolve("binaries");
    try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, binaries)) {
      Migrations.run(server.url());
      execute(server, "INSERT INTO neo.projected VALUES ('run', 7)");
    }
    // A process id that is no PostgreSQL: what a crashed machine leaves behind.
    Files.writeString(data.resolve("postmaster.pid"), "1\n" + data + "\n");
    try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, binaries)) {
      Migrations.run(server.url());
      execute(server, "UPDATE neo.projected SET sequence = 1 / (CASE sequence WHEN 7 THEN 1 END)");
    }
    Files.delete(data.resolve("PG_VERSION"));
    try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(data, binaries)) {
      Migrations.run(server.url());
      execute(server, "INSERT INTO neo.projected VALUES ('run', 8)");
    }
    try (var files = Files.list(path)) {
      assertThat(files).anyMatch(file -> file.getFileName().toString().contains(".half-"));
    }
  }

  private static void execute(EmbeddedPostgresServer server, String sql) throws Exception {
    String jdbc = server.url().replaceFirst("postgresql://[^@]*@", "jdbc:postgresql://");
    try (Connection connection = DriverManager.getConnection(jdbc, "postgres", "postgres");
        var statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isEqualTo(1);
    }
  }
}
