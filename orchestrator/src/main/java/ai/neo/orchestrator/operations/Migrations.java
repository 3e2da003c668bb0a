package ai.neo.orchestrator.operations;

import java.net.URI;
import org.flywaydb.core.Flyway;

/** Brings the orchestrator's tables to the version of this program. */
public final class Migrations {
  private Migrations() {}

  /**
   * @param postgresUrl e.g. {@code postgresql://user:password@host:port/database}
   */
  public static void run(String postgresUrl) {
    URI uri = URI.create(postgresUrl);
    String[] user = uri.getUserInfo().split(":", 2);
    Flyway.configure()
        .dataSource(
            "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(),
            user[0],
            user.length > 1 ? user[1] : "")
        .schemas("neo")
        .defaultSchema("neo")
        .locations("classpath:db/orchestrator")
        .load()
        .migrate();
  }
}
