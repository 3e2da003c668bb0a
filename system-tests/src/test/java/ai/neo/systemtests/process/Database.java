package ai.neo.systemtests.process;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The PostgreSQL of a running Neo, as a person with {@code psql} sees it. */
public record Database(String url, String password) {
  private static final int PORT_LINE = 3;
  private static final int E8_SCALE = 8;

  /** One trade as it lies in table {@code neo.fill}. */
  public record FillRow(
      String id,
      String instrument,
      String strategy,
      int sign,
      BigDecimal price,
      BigDecimal quantity,
      BigDecimal fee) {}

  static Database of(Path dataDirectory) {
    try {
      String port =
          Files.readAllLines(dataDirectory.resolve("postgres").resolve("postmaster.pid"))
              .get(PORT_LINE)
              .strip();
      Path password = dataDirectory.resolve("postgres-password");
      return new Database(
          "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
          Files.exists(password) ? Files.readString(password).strip() : "");
    } catch (IOException e) {
      throw new AssertionError("no PostgreSQL runs on " + dataDirectory, e);
    }
  }

  private interface Reading<T> {
    T row(ResultSet row) throws SQLException;
  }

  private <T> List<T> query(String sql, Reading<T> reading) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "postgres", password);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<T> all = new ArrayList<>();
      while (rows.next()) {
        all.add(reading.row(rows));
      }
      return all;
    }
  }

  /** One number. */
  public long number(String sql) throws SQLException {
    return query(sql, row -> row.getLong(1)).getFirst();
  }

  /** The journal's last frame that is here. */
  public long projected() throws SQLException {
    return number("SELECT coalesce(max(sequence), 0) FROM neo.projected");
  }

  /** How many rows there are, and what the orders say of the fills. */
  public record Counts(long orders, long decisions, long filledE8ByOrders, long filledE8ByFills) {}

  public Counts counts() throws SQLException {
    return new Counts(
        number("SELECT count(*) FROM neo.trade_order"),
        number("SELECT count(*) FROM neo.decision"),
        number("SELECT coalesce(sum(filled_e8), 0) FROM neo.trade_order"),
        number("SELECT coalesce(sum(quantity_e8), 0) FROM neo.fill"));
  }

  /** All fills, in the journal's order. */
  public List<FillRow> fills() throws SQLException {
    return query(
        "SELECT trade_id, instrument, strategy, side, price_e8, quantity_e8, fee_e8"
            + " FROM neo.fill ORDER BY sequence",
        row ->
            new FillRow(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4).equals("BUY") ? 1 : -1,
                BigDecimal.valueOf(row.getLong(5), E8_SCALE),
                BigDecimal.valueOf(row.getLong(6), E8_SCALE),
                BigDecimal.valueOf(row.getLong(7), E8_SCALE)));
  }
}
