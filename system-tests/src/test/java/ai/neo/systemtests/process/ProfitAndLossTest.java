package ai.neo.systemtests.process;

import static java.math.BigDecimal.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The books, kept a second time by decimal arithmetic from the fills in PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProfitAndLossTest {
  private static final int SCALE = 8;

  @TempDir private static Path folder;
  private List<Database.FillRow> fills;
  private List<JsonObject> shownFills;
  private List<JsonObject> positions;
  private JsonObject status;
  private JsonObject summary;
  private final Map<String, BigDecimal> marks = new TreeMap<>();
  private final Map<String, Book> books = new TreeMap<>();
  private BigDecimal cash;

  /** One strategy's position in one instrument. */
  private static final class Book {
    private BigDecimal quantity = ZERO;
    private BigDecimal cost = ZERO;
    private BigDecimal realised = ZERO;

    void add(BigDecimal change, BigDecimal value) {
      if (quantity.signum() == 0 || quantity.signum() == change.signum()) {
        cost = cost.add(value);
      } else if (change.abs().compareTo(quantity.abs()) <= 0) {
        BigDecimal closed = share(cost, change.negate(), quantity);
        realised = realised.subtract(value).subtract(closed);
        cost = cost.subtract(closed);
      } else {
        BigDecimal closing = share(value, quantity.negate(), change);
        realised = realised.subtract(closing).subtract(cost);
        cost = value.subtract(closing);
      }
      quantity = quantity.add(change);
    }

    private static BigDecimal share(BigDecimal whole, BigDecimal part, BigDecimal of) {
      return whole.multiply(part).divide(of, SCALE, RoundingMode.HALF_EVEN);
    }
  }

  private static BigDecimal product(BigDecimal one, BigDecimal other) {
    return one.multiply(other).setScale(SCALE, RoundingMode.HALF_EVEN);
  }

  @BeforeAll
  void runAndKeepTheBooks() throws Exception {
    try (NeoProcess run =
        NeoProcess.run(folder.resolve("data"), "--to", "2021-04-30T12:00:00Z", "--speed", "max")) {
      run.awaitTrading().awaitFeedEnded().awaitProjected();
      fills = run.database().fills();
      shownFills = run.api().items("fills?limit=1000").toList();
      positions = run.api().items("positions").toList();
      status = run.api().get("status");
      run.api()
          .items("instruments")
          .filter(one -> one.getString("last_price") != null)
          .forEach(
              one ->
                  marks.put(one.getString("symbol"), new BigDecimal(one.getString("last_price"))));
      run.terminate();
      summary = run.awaitEnd(Duration.ofSeconds(30)).json();
    }
    cash = new BigDecimal(status.getString("initial_cash"));
    for (Database.FillRow fill : fills) {
      BigDecimal sign = BigDecimal.valueOf(fill.sign());
      BigDecimal value = product(fill.price(), fill.quantity()).multiply(sign);
      books
          .computeIfAbsent(fill.strategy() + " " + fill.instrument(), x -> new Book())
          .add(fill.quantity().multiply(sign), value);
      cash = cash.subtract(value).subtract(fill.fee());
    }
  }

  private BigDecimal worth(Map.Entry<String, Book> book) {
    BigDecimal mark = marks.get(book.getKey().split(" ", 2)[1]);
    return product(book.getValue().quantity, mark);
  }

  @Test
  void thereIsSomethingToReckon() {
    assertThat(fills).hasSizeGreaterThan(3);
    assertThat(summary.getLong("fills")).isEqualTo(fills.size());
  }

  @Test
  void cashIsRight() {
    assertThat(new BigDecimal(status.getString("cash"))).isEqualByComparingTo(cash);
  }

  @Test
  void feesAreRight() {
    BigDecimal fees = fills.stream().map(Database.FillRow::fee).reduce(ZERO, BigDecimal::add);
    assertThat(new BigDecimal(summary.getString("fees"))).isEqualByComparingTo(fees);
  }

  @Test
  void profitAndLossAreRight() {
    BigDecimal realised = ZERO;
    BigDecimal unrealised = ZERO;
    BigDecimal equity = cash;
    for (Map.Entry<String, Book> book : books.entrySet()) {
      realised = realised.add(book.getValue().realised);
      unrealised = unrealised.add(worth(book)).subtract(book.getValue().cost);
      equity = equity.add(worth(book));
    }
    assertThat(new BigDecimal(summary.getString("realised_pnl"))).isEqualByComparingTo(realised);
    assertThat(new BigDecimal(summary.getString("unrealised_pnl")))
        .isEqualByComparingTo(unrealised);
    assertThat(new BigDecimal(summary.getString("equity"))).isEqualByComparingTo(equity);
  }

  @Test
  void positionsAreRight() {
    Map<String, BigDecimal> shown =
        positions.stream()
            .collect(
                Collectors.toMap(
                    one -> one.getString("strategy") + " " + one.getString("instrument"),
                    one -> new BigDecimal(one.getString("quantity")).setScale(SCALE)));
    Map<String, BigDecimal> kept = new TreeMap<>();
    books.forEach((name, book) -> kept.put(name, book.quantity.setScale(SCALE)));
    assertThat(shown).isEqualTo(kept);
  }

  @Test
  void theApiShowsTheSameFills() {
    assertThat(shownFills)
        .extracting(fill -> fill.getString("id"))
        .containsExactlyElementsOf(fills.stream().map(Database.FillRow::id).toList());
    for (int i = 0; i < fills.size(); i++) {
      assertThat(new BigDecimal(shownFills.get(i).getString("price")))
          .isEqualByComparingTo(fills.get(i).price());
      assertThat(new BigDecimal(shownFills.get(i).getString("fee")))
          .isEqualByComparingTo(fills.get(i).fee());
    }
  }
}
