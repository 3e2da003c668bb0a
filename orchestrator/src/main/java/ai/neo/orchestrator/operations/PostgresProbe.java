package ai.neo.orchestrator.operations;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks PostgreSQL whether it answers, on a connection of its own each time. */
public final class PostgresProbe {
  private static final int PATIENCE_MS = 2_000;

  private final Vertx vertx;
  private final PgConnectOptions options;

  public PostgresProbe(Vertx vertx, String url) {
    this.vertx = vertx;
    this.options = PgConnectOptions.fromUri(url);
  }

  /**
   * Returns when PostgreSQL has answered a query.
   *
   * @throws ExecutionException if it cannot be reached or refuses
   * @throws TimeoutException if it does not answer within two seconds
   */
  public void ask() throws ExecutionException, TimeoutException, InterruptedException {
    PgConnection.connect(vertx, options)
        .compose(connection -> connection.query("SELECT 1").execute().eventually(connection::close))
        .toCompletionStage()
        .toCompletableFuture()
        .get(PATIENCE_MS, TimeUnit.MILLISECONDS);
  }
}
