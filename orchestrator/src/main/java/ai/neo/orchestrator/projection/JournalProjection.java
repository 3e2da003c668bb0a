package ai.neo.orchestrator.projection;

import ai.neo.featurestore.postgres.PostgresOfflineFeatureStore;
import ai.neo.orchestrator.journal.JournaledRun;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a run's journal and writes it to PostgreSQL, the history of features with it, in batches
 * and exactly once: the last sequence is stored in the transaction of the rows. When PostgreSQL is
 * away the journal waits, and nothing is lost.
 */
public final class JournalProjection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalProjection.class);
  private static final int BATCH = 5_000;
  private static final long POLL_NS = 100_000_000L;
  private static final long RETRY_NS = 1_000_000_000L;
  private static final long STATEMENT_SECONDS = 30;

  private final Path directory;
  private final Run run;
  private final Pool pool;
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean connected;
  private volatile long projectedSequence;

  /**
   * The run that is projected.
   *
   * @param symbols by instrument id
   * @param featureSetId of the features that predictions are asked with
   */
  public record Run(
      String runId,
      long startedNs,
      String settingsJson,
      List<String> symbols,
      String featureSetId) {}

  public JournalProjection(Vertx vertx, String postgresUrl, Path journal, Run run) {
    this.directory = journal;
    this.run = run;
    this.pool =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(1).setName("projection"))
            .connectingTo(PgConnectOptions.fromUri(postgresUrl))
            .using(vertx)
            .build();
    this.thread = Thread.ofPlatform().name("projection").unstarted(this::follow);
  }

  /** Starts following; the schema is there. */
  public void start() {
    thread.start();
  }

  /** The last frame that PostgreSQL has. */
  public long projectedSequence() {
    return projectedSequence;
  }

  /** Whether the last attempt reached PostgreSQL. */
  public boolean connected() {
    return connected;
  }

  private void follow() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        followOnce();
        return;
      } catch (ExecutionException | TimeoutException e) {
        if (connected || closing) {
          LOG.warn(
              "postgres is away, the journal keeps everything projected_sequence={} cause={}",
              projectedSequence,
              e.toString());
        }
        connected = false;
        if (closing) {
          return;
        }
        LockSupport.parkNanos(RETRY_NS);
      } catch (IOException e) {
        LOG.error("the projection cannot read the journal and has stopped", e);
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void followOnce()
      throws IOException, ExecutionException, TimeoutException, InterruptedException {
    projectedSequence = begin();
    connected = true;
    try (JournaledRun journal = JournaledRun.open(directory)) {
      while (true) {
        boolean last = closing;
        ProjectionBatch batch = new ProjectionBatch(run);
        Optional<JournaledRun.Entry> entry = Optional.empty();
        while (batch.entries() < BATCH && (entry = journal.next()).isPresent()) {
          if (entry.get().sequence() > projectedSequence) {
            batch.add(entry.get());
          }
        }
        if (batch.entries() > 0) {
          write(batch);
          projectedSequence = batch.lastSequence();
        } else if (entry.isEmpty()) {
          if (last) {
            return;
          }
          LockSupport.parkNanos(POLL_NS);
        }
      }
    }
  }

  private long begin() throws ExecutionException, TimeoutException, InterruptedException {
    await(
        pool.preparedQuery("INSERT INTO neo.run VALUES ($1,$2,$3) ON CONFLICT DO NOTHING")
            .execute(
                Tuple.of(
                    run.runId(),
                    ProjectionBatch.time(run.startedNs()),
                    new JsonObject(run.settingsJson()))));
    RowSet<Row> rows =
        await(
            pool.preparedQuery("SELECT sequence FROM neo.projected WHERE run_id=$1")
                .execute(Tuple.of(run.runId())));
    return rows.size() == 0 ? 0 : rows.iterator().next().getLong(0);
  }

  private void write(ProjectionBatch batch)
      throws ExecutionException, TimeoutException, InterruptedException {
    await(
        pool.withTransaction(
            connection -> {
              Future<?> done =
                  Future.fromCompletionStage(
                      new PostgresOfflineFeatureStore(connection).append(batch.vectors()));
              for (Map.Entry<String, List<Tuple>> rows : batch.rows().entrySet()) {
                if (!rows.getValue().isEmpty()) {
                  done = done.compose(x -> insert(connection, rows));
                }
              }
              return done.compose(
                  x ->
                      connection
                          .preparedQuery(
                              "INSERT INTO neo.projected VALUES ($1,$2) ON CONFLICT (run_id)"
                                  + " DO UPDATE SET sequence=EXCLUDED.sequence")
                          .execute(Tuple.of(run.runId(), batch.lastSequence())));
            }));
  }

  private static Future<RowSet<Row>> insert(
      SqlConnection connection, Map.Entry<String, List<Tuple>> rows) {
    return connection.preparedQuery(rows.getKey()).executeBatch(rows.getValue());
  }

  private static <T> T await(Future<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .get(STATEMENT_SECONDS, TimeUnit.SECONDS);
  }

  /** Writes what is left, for a second at most after PostgreSQL stops answering, and stops. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(TimeUnit.SECONDS.toMillis(3));
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pool.close();
  }
}
