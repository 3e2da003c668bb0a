package ai.neo.modelregistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is said of a PostgreSQL that runs and lacks something. */
class DatabaseTest {
  private TestDatabase server;
  private Database database;

  @BeforeEach
  void open(@ExtendWith(SharedPostgres.class) TestDatabase fresh) {
    server = fresh;
    database = new Database(PostgresAddress.parse(server.url()));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aFullDiskIsNotAServerThatIsAway() {
    run("CREATE TABLE kept (id int)");
    // As PostgreSQL says it; no disk of a test's machine is filled.
    String full =
        "DO $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device'"
            + " USING ERRCODE = 'disk_full'; END $$";
    RegistryException e = failure(database, "INSERT INTO kept VALUES (1)", full);
    assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(e)
        .hasMessageStartingWith(
            "PostgreSQL at 127.0.0.1:%d runs, but its disk is full", server.port())
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("Free space")
        .hasMessageContaining("was undone")
        .hasMessageNotContainingAny("is away", "Start it");
    int rows = database.inSnapshot(session -> session.run("SELECT 1 FROM kept").size());
    assertThat(rows).isZero();
  }

  @Test
  void aLimitThatIsReachedIsNamed() {
    RegistryException e =
        failure(
            database,
            "SET LOCAL temp_file_limit = '64kB'",
            "SET LOCAL work_mem = '64kB'",
            "SELECT x::text FROM generate_series(1, 50000) x ORDER BY x::text LIMIT 1 OFFSET 9000");
    assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(e)
        .hasMessageContaining("runs, but it has reached a limit")
        .hasMessageContaining("64kB");
  }

  @Test
  void takenConnectionsAreNotAServerThatIsAway() throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0");
    }
    try (Database crowded =
        new Database(PostgresAddress.parse(server.url().replace("postgres@", "crowded@")))) {
      RegistryException e = failure(crowded, "SELECT 1");
      assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(e)
          .hasMessageContaining("runs, but all its connections are taken")
          .hasMessageContaining("\"crowded\"");
    }
  }

  private void run(String sql) {
    database.inTransaction(session -> session.run(sql));
  }

  private static RegistryException failure(Database database, String... statements) {
    return catchThrowableOfType(
        RegistryException.class,
        () ->
            database.inTransaction(
                session -> {
                  for (String statement : statements) {
                    session.run(statement);
                  }
                  return statements.length;
                }));
  }
}
