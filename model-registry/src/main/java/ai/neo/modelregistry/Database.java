package ai.neo.modelregistry;

import ai.neo.modelregistry.network.EventLoop;
import io.grpc.Status;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Transactions on PostgreSQL for callers that may block (virtual threads). It needs no restart when
 * the server goes away and comes back: calls fail with UNAVAILABLE in between.
 */
public final class Database implements AutoCloseable {
  /** Enough to saturate one disk with commits; far below PostgreSQL's default of 100. */
  private static final int CONNECTIONS_MAX = 8;

  /** Callers that wait for a connection; more than these are told at once that it is busy. */
  private static final int WAITING_MAX = 256;

  private static final int CONNECT_TIMEOUT_SECONDS = 5;

  /** PostgreSQL itself ends a statement before we stop waiting for it. */
  private static final int STATEMENT_TIMEOUT_MS = 10_000;

  private static final int ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000;

  private final PostgresAddress address;
  private final Vertx vertx;
  private final Pool pool;
  private final Signal changes = new Signal();

  Database(PostgresAddress address) {
    this.address = address;
    this.vertx = EventLoop.start();
    PgConnectOptions connect =
        new PgConnectOptions()
            .setHost(address.host())
            .setPort(address.port())
            .setDatabase(address.database())
            .setUser(address.user())
            .setPassword(address.password())
            .setCachePreparedStatements(true)
            .addProperty("application_name", "neo-model-registry")
            .addProperty("statement_timeout", Integer.toString(STATEMENT_TIMEOUT_MS));
    PoolOptions options =
        new PoolOptions()
            .setMaxSize(CONNECTIONS_MAX)
            .setMaxWaitQueueSize(WAITING_MAX)
            .setConnectionTimeout(CONNECT_TIMEOUT_SECONDS)
            .setConnectionTimeoutUnit(TimeUnit.SECONDS);
    this.pool = PgBuilder.pool().with(options).connectingTo(connect).using(vertx).build();
  }

  /** Raised after each commit by this process that appended to a ledger. */
  Signal changes() {
    return changes;
  }

  /** What a transaction does. It runs on the caller's thread and may be undone as a whole. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Session session);
  }

  /** One open transaction. */
  public final class Session {
    private final SqlConnection connection;

    private boolean changed;

    private Session(SqlConnection connection) {
      this.connection = connection;
    }

    /** Whoever waits for changes is woken when this is committed. */
    void changed() {
      changed = true;
    }

    /** Runs one statement with its arguments $1, $2, … and waits for its rows. */
    public RowSet<Row> run(String sql, Object... arguments) {
      return await(connection.preparedQuery(sql).execute(Tuple.from(arguments)));
    }
  }

  /** Commits what {@code work} did, or nothing when it throws. */
  public <T> T inTransaction(Work<T> work) {
    return inTransaction("READ COMMITTED", work);
  }

  /** All of {@code work} sees one state of the data, however many statements it runs. */
  public <T> T inSnapshot(Work<T> work) {
    return inTransaction("REPEATABLE READ READ ONLY", work);
  }

  private <T> T inTransaction(String isolation, Work<T> work) {
    SqlConnection connection = await(pool.getConnection());
    try {
      Transaction transaction = await(connection.begin());
      try {
        await(connection.query("SET TRANSACTION ISOLATION LEVEL " + isolation).execute());
        Session session = new Session(connection);
        T result = work.in(session);
        await(transaction.commit());
        if (session.changed) {
          changes.raise();
        }
        return result;
      } catch (RuntimeException e) {
        undo(transaction, e);
        throw e;
      }
    } finally {
      // Also after a failure: a dead connection leaves the pool this way. Nothing to wait for.
      connection.close();
    }
  }

  private void undo(Transaction transaction, RuntimeException why) {
    try {
      await(transaction.rollback());
    } catch (RuntimeException e) {
      // The connection is gone, and PostgreSQL undoes its transaction by itself.
      why.addSuppressed(e);
    }
  }

  private <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(ANSWER_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw classified(e.getCause());
    } catch (CancellationException | TimeoutException e) {
      throw away("it did not answer within " + ANSWER_TIMEOUT_MS + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away("the registry is closing", e);
    }
  }

  private RegistryException classified(Throwable cause) {
    return switch (cause) {
      case PgException e when e.getSqlState() != null -> ofSqlState(e);
      case ClosedConnectionException e -> away("the connection was closed", e);
      case IOException e -> away(e.getMessage(), e);
      case VertxException e -> away(e.getMessage(), e);
      default ->
          new RegistryException(
              Status.Code.INTERNAL, "A query of the registry failed: " + cause.getMessage(), cause);
    };
  }

  /** By SQLSTATE class: https://www.postgresql.org/docs/current/errcodes-appendix.html */
  private RegistryException ofSqlState(PgException e) {
    String state = e.getSqlState();
    if (state.equals("23505")) {
      return new RegistryException(
          Status.Code.ALREADY_EXISTS, "Another call made the same thing first; read it again", e);
    }
    return switch (state.substring(0, 2)) {
      case "08", "57", "58" -> away(e.getMessage(), e);
      case "53" -> exhausted(e);
      case "28", "3D" -> away("the login is refused: " + e.getErrorMessage(), e);
      case "40" ->
          new RegistryException(
              Status.Code.ABORTED, "Another change came first; read again and repeat the call", e);
      default ->
          new RegistryException(
              Status.Code.INTERNAL,
              "PostgreSQL refused a query of the registry: sqlstate=%s message=%s"
                  .formatted(state, e.getErrorMessage()),
              e);
    };
  }

  /** It runs, so that starting it, which {@link #away} advises, would help nobody. */
  private RegistryException exhausted(PgException e) {
    String what =
        switch (e.getSqlState()) {
          case "53100" -> "its disk is full (%s). Free space on the disk with its data";
          case "53200" -> "it has no memory left (%s). Give it more, or end what else needs it";
          case "53300" -> "all its connections are taken (%s). End some, or allow it more";
          default -> "it has reached a limit (%s). Free what it lacks, or raise the limit";
        };
    return new RegistryException(
        Status.Code.UNAVAILABLE,
        "PostgreSQL at %s:%d runs, but %s; the registry recovers by itself"
                .formatted(address.host(), address.port(), what.formatted(e.getMessage()))
            + ". The transaction was undone: repeat the call then",
        e);
  }

  private RegistryException away(String why, Throwable cause) {
    return new RegistryException(
        Status.Code.UNAVAILABLE,
        "PostgreSQL at %s:%d is away (%s). Start it; the registry recovers by itself. A change that"
                .formatted(address.host(), address.port(), why)
            + " was under way may or may not have been made: look before repeating it",
        cause);
  }

  @Override
  public void close() {
    await(pool.close());
    await(vertx.close());
  }
}
