package ai.neo.featurestore.postgres;

import org.flywaydb.core.Flyway;

/** Brings the schema {@code features} of a database up to date. */
public final class FeatureStoreSchema {
  /** The schema that all tables of the feature store live in. */
  public static final String NAME = "features";

  private FeatureStoreSchema() {}

  /**
   * Creates the schema or applies what is missing. Blocks; does nothing where all is up to date.
   *
   * @param jdbcUrl such as {@code jdbc:postgresql://127.0.0.1:5432/neo}
   * @throws org.flywaydb.core.api.FlywayException if the database is away or was changed by hand
   */
  public static void migrate(String jdbcUrl, String user, String password) {
    Flyway.configure(FeatureStoreSchema.class.getClassLoader())
        .dataSource(jdbcUrl, user, password)
        .locations("classpath:db/featurestore")
        .schemas(NAME)
        .defaultSchema(NAME)
        .load()
        .migrate();
  }
}
