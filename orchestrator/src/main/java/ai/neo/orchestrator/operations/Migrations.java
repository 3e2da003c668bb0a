package ai.neo.orchestrator.operations;

import ai.neo.featurestore.postgres.FeatureStoreSchema;
import java.net.URI;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the tables of orchestrator and feature store to the version of this program. */
public final class Migrations {
  private static final int DEFAULT_PORT = 5432;

  private Migrations() {}

  /**
   * @param postgresUrl e.g. {@code postgresql://user:password@host:port/database}
   * @throws OperationsException if the address is none, or the server is away or refuses
   */
  public static void run(String postgresUrl) {
    URI uri = parsed(postgresUrl);
    String[] user = uri.getUserInfo().split(":", 2);
    String password = user.length > 1 ? user[1] : "";
    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    String jdbcUrl = "jdbc:postgresql://" + uri.getHost() + ":" + port + uri.getPath();
    try {
      Flyway.configure()
          .dataSource(jdbcUrl, user[0], password)
          .schemas("neo")
          .defaultSchema("neo")
          .locations("classpath:db/orchestrator")
          .load()
          .migrate();
      FeatureStoreSchema.migrate(jdbcUrl, user[0], password);
    } catch (FlywayException e) {
      throw new OperationsException(
          5,
          "PostgreSQL at "
              + uri.getHost()
              + ":"
              + port
              + uri.getPath()
              + " cannot be used: "
              + e.getMessage().lines().findFirst().orElse("")
              + "; check that it runs, the user, the password and the database, or leave"
              + " NEO_POSTGRES_URL away for the embedded one",
          e);
    }
  }

  private static URI parsed(String postgresUrl) {
    try {
      URI uri = URI.create(postgresUrl);
      if ("postgresql".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getUserInfo() != null
          && uri.getPath().length() > 1) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new OperationsException(2, expected(), e);
    }
    throw new OperationsException(2, expected());
  }

  /** Without the address itself: it may carry a password. */
  private static String expected() {
    return "NEO_POSTGRES_URL is no address of a PostgreSQL, expected"
        + " postgresql://USER:PASSWORD@HOST:PORT/DATABASE";
  }
}
