package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;

/** A statement in the making. Values are only ever bound, never written into the text. */
final class SqlQuery {
  private final StringBuilder text;
  private final List<Object> arguments = new ArrayList<>();

  SqlQuery(String begin) {
    text = new StringBuilder(begin);
  }

  SqlQuery add(String more) {
    text.append(more);
    return this;
  }

  /** Binds a value and returns the name by which the text refers to it. */
  String bind(Object value) {
    arguments.add(value);
    return "$" + arguments.size();
  }

  RowSet<Row> run(Database.Session session) {
    return session.run(text.toString(), arguments.toArray());
  }
}
