package ai.neo.modelregistry;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A database for tests on a PostgreSQL of this machine that asks for no password. */
public record TestDatabase(int port, String name) {
  /** As {@link RegistrySettings} takes it. */
  public String url() {
    return "postgresql://postgres@127.0.0.1:%d/%s".formatted(port, name);
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, name), "postgres", "");
  }
}
