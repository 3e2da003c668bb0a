package ai.neo.orchestrator.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresServerTest {
  @TempDir Path path;
  private Path data;
  private Path passwordFile;

  @BeforeEach
  void makeSecret() throws Exception {
    data = path.resolve("postgres");
    try (DataDirectory directory = DataDirectory.open(path)) {
      passwordFile = directory.secret("postgres-password");
    }
  }

  @Test
  void keepsItsRowsAndStartsAgainOverWhatAKilledRunLeft() throws Exception {
    try (EmbeddedPostgresServer server = start()) {
      Migrations.run(server.url());
      execute(server, "INSERT INTO neo.projected VALUES ('run', 7)");
    }
    // A process id that is no PostgreSQL: what a crashed machine leaves behind.
    Files.writeString(data.resolve("postmaster.pid"), "1\n" + data + "\n");
    try (EmbeddedPostgresServer server = start()) {
      Migrations.run(server.url());
      execute(server, "UPDATE neo.projected SET sequence = 1 / (CASE sequence WHEN 7 THEN 1 END)");
    }
    Files.delete(data.resolve("PG_VERSION"));
    try (EmbeddedPostgresServer server = start()) {
      Migrations.run(server.url());
      execute(server, "INSERT INTO neo.projected VALUES ('run', 8)");
    }
    try (var files = Files.list(path)) {
      assertThat(files).anyMatch(file -> file.getFileName().toString().contains(".half-"));
    }
  }

  @Test
  void whoIsInAHurryDoesNotWaitForAnOrderlyEndAndLosesNothing() throws Exception {
    try (EmbeddedPostgresServer server = start()) {
      Migrations.run(server.url());
      execute(server, "INSERT INTO neo.projected VALUES ('run', 7)");
      try (Connection connection = connect(server, Files.readString(passwordFile));
          var statement = connection.createStatement();
          var row = statement.executeQuery("SELECT pg_backend_pid()")) {
        assertThat(row.next()).isTrue();
        // A session that does not hear of the stop: as one of a machine without a processor to
        // spare, and for ever.
        new ProcessBuilder("/bin/sh", "-c", "kill -STOP " + row.getInt(1)).start().waitFor();
        Thread closing = Thread.ofVirtual().start(server::close);
        assertThat(closing.join(Duration.ofMillis(200))).isFalse();
        server.hurry();
        assertThat(closing.join(Duration.ofSeconds(3))).isTrue();
      }
    }
    try (EmbeddedPostgresServer server = start()) {
      execute(server, "UPDATE neo.projected SET sequence = 1 / (CASE sequence WHEN 7 THEN 1 END)");
    }
  }

  @Test
  void letsNobodyInWithoutThePassword() throws Exception {
    try (EmbeddedPostgresServer server = start()) {
      assertThatThrownBy(() -> connect(server, "postgres").close())
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password");
      connect(server, Files.readString(passwordFile)).close();
    }
  }

  private EmbeddedPostgresServer start() {
    return EmbeddedPostgresServer.start(data, path.resolve("binaries"), passwordFile);
  }

  private void execute(EmbeddedPostgresServer server, String sql) throws Exception {
    try (Connection connection = connect(server, Files.readString(passwordFile));
        var statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isEqualTo(1);
    }
  }

  private static Connection connect(EmbeddedPostgresServer server, String password)
      throws SQLException {
    String jdbc = server.url().replaceFirst("postgresql://[^@]*@", "jdbc:postgresql://");
    return DriverManager.getConnection(jdbc, "postgres", password);
  }
}
