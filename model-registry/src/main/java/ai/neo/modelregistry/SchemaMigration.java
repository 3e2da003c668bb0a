package ai.neo.modelregistry;

import io.grpc.Status;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;

/** Brings the schema {@code registry} to the version that this code needs. */
final class SchemaMigration {
  static final String SCHEMA = "registry";
  private static final int CONNECT_TIMEOUT_SECONDS = 5;

  private SchemaMigration() {}

  static void run(PostgresAddress address) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {address.host()});
    source.setPortNumbers(new int[] {address.port()});
    source.setDatabaseName(address.database());
    source.setUser(address.user());
    source.setPassword(address.password());
    source.setConnectTimeout(CONNECT_TIMEOUT_SECONDS);
    try {
      Flyway.configure()
          .dataSource(source)
          .schemas(SCHEMA)
          .defaultSchema(SCHEMA)
          .locations("classpath:db/registry")
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new RegistryException(
          Status.Code.UNAVAILABLE,
          "The registry cannot prepare its schema in %s. Check that PostgreSQL runs there, that the"
                  .formatted(address)
              + " login is right, and that this user may create the schema '"
              + SCHEMA
              + "': "
              + e.getMessage(),
          e);
    }
  }
}
