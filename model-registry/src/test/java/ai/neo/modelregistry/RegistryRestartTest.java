package ai.neo.modelregistry;

import static ai.neo.modelregistry.TestRegistry.champion;
import static ai.neo.modelregistry.TestRegistry.failure;
import static ai.neo.modelregistry.TestRegistry.move;
import static ai.neo.modelregistry.TestRegistry.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.proto.registry.v1.HistoryResponse;
import io.grpc.Status;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL and the registry going away and coming back, with passwords as in production. */
class RegistryRestartTest {
  private static final String PASSWORD = "p@ss/w:+é %";
  private static final String ENCODED = "p%40ss%2Fw%3A%2B%C3%A9%20%25";

  @TempDir private Path directory;
  private int port;

  @BeforeEach
  void choosePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
  }

  @Test
  void aRestartOfTheRegistryKeepsEverything(@ExtendWith(SharedPostgres.class) TestDatabase database)
      throws IOException {
    RegistrySettings settings =
        new RegistrySettings(database.url(), directory.resolve("artifacts"));
    HistoryResponse before;
    try (TestRegistry neo = new TestRegistry(settings)) {
      neo.register("btc", 1);
      neo.register("btc", 2);
      neo.stub.moveAlias(move("btc", "", "1", "promote"));
      neo.stub.moveAlias(move("btc", "1", "2", "promote"));
      before = neo.history("btc");
    }
    try (TestRegistry neo = new TestRegistry(settings)) {
      assertThat(neo.history("btc")).isEqualTo(before);
      assertThat(before.getChainIntact()).isTrue();
      assertThat(neo.stub.getAlias(champion("btc")).getPreviousVersion()).isEqualTo("1");
      assertThat(neo.stub.fetchArtifact(version("btc", "1")).getContent())
          .isEqualTo(Samples.neoDjl(1));
      assertThat(neo.register("btc", 3).getVersion()).isEqualTo("3");
    }
  }

  @Test
  void recoversByItselfWhenPostgresComesBack() throws IOException {
    EmbeddedPostgres postgres = startPostgres();
    try (TestRegistry neo = new TestRegistry(settings("postgres", ""))) {
      neo.register("btc", 1);
      postgres.close();

      for (int i = 0; i < 3; i++) {
        Status status = failure(() -> neo.register("btc", 2));
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription()).contains("127.0.0.1:" + port, "recovers by itself");
        assertThat(failure(() -> neo.stub.getVersion(version("btc", "1"))).getCode())
            .isEqualTo(Status.Code.UNAVAILABLE);
      }

      postgres = startPostgres();
      assertThat(neo.register("btc", 2).getVersion()).isEqualTo("2");
      assertThat(neo.history("btc").getChainIntact()).isTrue();
    } finally {
      postgres.close();
    }
  }

  @Test
  void logsInWithAPasswordFullOfSpecialCharacters() throws IOException, SQLException {
    try (EmbeddedPostgres postgres = startPostgres()) {
      execute(postgres, "CREATE ROLE \"n@o\" LOGIN PASSWORD '" + PASSWORD + "'");
      execute(postgres, "GRANT CREATE ON DATABASE postgres TO \"n@o\"");
      Files.writeString(
          directory.resolve("postgres/pg_hba.conf"),
          "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
      execute(postgres, "SELECT pg_reload_conf()");

      assertThatThrownBy(() -> new TestRegistry(settings("n%40o", ":wrong-s3cret")))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("login")
          .hasMessageNotContaining("s3cret");
      try (TestRegistry neo = new TestRegistry(settings("n%40o", ":" + ENCODED))) {
        assertThat(neo.register("btc", 1).getVersion()).isEqualTo("1");
      }
    }
  }

  @Test
  void saysWhatToDoWhenPostgresIsAwayAtTheStart() {
    assertThatThrownBy(() -> new TestRegistry(settings("neo", ":s3cret")))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("Check that PostgreSQL runs there")
        .hasMessageContaining("neo@127.0.0.1:" + port)
        .hasMessageNotContaining("s3cret");
  }

  private RegistrySettings settings(String user, String password) {
    return new RegistrySettings(
        "postgresql://%s%s@127.0.0.1:%d/postgres".formatted(user, password, port),
        directory.resolve("artifacts"));
  }

  private EmbeddedPostgres startPostgres() throws IOException {
    return EmbeddedPostgres.builder()
        .setPort(port)
        .setDataDirectory(directory.resolve("postgres"))
        .setCleanDataDirectory(false)
        .start();
  }

  private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
