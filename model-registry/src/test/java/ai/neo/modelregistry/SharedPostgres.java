package ai.neo.modelregistry;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each parameter that it stands at a new, empty {@link TestDatabase} on one PostgreSQL, which
 * starts when the first is asked for and stops after the last test: a server for each class would
 * take most of the tests' time. A test that stops or spoils its server needs one of its own.
 */
public final class SharedPostgres implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(SharedPostgres.class);

  /** Closed by JUnit, as all that its store holds. */
  private record Server(EmbeddedPostgres postgres, AtomicInteger databases)
      implements AutoCloseable {
    static Server start() {
      try {
        return new Server(EmbeddedPostgres.builder().start(), new AtomicInteger());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    TestDatabase create() {
      String name = "test_" + databases.incrementAndGet();
      try (Connection connection = postgres.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE " + name);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      return new TestDatabase(postgres.getPort(), name);
    }

    @Override
    public void close() throws IOException {
      postgres.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestDatabase.class;
  }

  @Override
  public TestDatabase resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(Server.class, type -> Server.start(), Server.class)
        .create();
  }
}
