package ai.neo.featurestore.postgres;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.featurestore.OfflineFeatureStore;
import ai.neo.featurestore.OfflineFeatureStoreContract;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresOfflineFeatureStoreTest extends OfflineFeatureStoreContract {
  private static EmbeddedPostgres postgres;
  private static Vertx vertx;
  private static Pool pool;

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
    migrate();
    vertx = Vertx.vertx();
    pool =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(2))
            .connectingTo(
                new PgConnectOptions()
                    .setHost("127.0.0.1")
                    .setPort(postgres.getPort())
                    .setDatabase("postgres")
                    .setUser("postgres")
                    .setPassword("postgres"))
            .using(vertx)
            .build();
  }

  private static void migrate() {
    FeatureStoreSchema.migrate(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
  }

  @AfterAll
  static void stop() throws IOException {
    await(pool.close().toCompletionStage());
    await(vertx.close().toCompletionStage());
    postgres.close();
  }

  @BeforeEach
  void empty() {
    await(pool.query("truncate features.feature_vector").execute().toCompletionStage());
  }

  @Override
  protected OfflineFeatureStore store() {
    return new PostgresOfflineFeatureStore(pool);
  }

  @Test
  void migratingTwiceIsNoError() {
    migrate();
    historyGivesBackWhatWasAppended();
  }

  private void historyGivesBackWhatWasAppended() {
    await(store().append(List.of(vector("A", "f", 1, 1))));
  }

  @Test
  void aDatabaseThatRefusesFailsTheStageAndThrowsNothing() {
    Pool closed = PgBuilder.pool().using(vertx).connectingTo(nobody()).build();
    OfflineFeatureStore away = new PostgresOfflineFeatureStore(closed);
    var stage = away.append(List.of(vector("A", "f", 1, 1)));
    assertThatThrownBy(() -> await(stage)).isNotNull();
    await(closed.close().toCompletionStage());
  }

  /** Port 1 is reserved and nobody listens there. */
  private static PgConnectOptions nobody() {
    return new PgConnectOptions().setHost("127.0.0.1").setPort(1).setUser("x").setDatabase("x");
  }
}
