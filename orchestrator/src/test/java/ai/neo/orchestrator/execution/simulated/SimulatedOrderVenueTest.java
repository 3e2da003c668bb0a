package ai.neo.orchestrator.execution.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedOrderVenueTest {
  private static final long MINUTE = 60_000_000_000L;
  private static final long MS = 1_000_000L;
  private static final Instrument BTC =
      new Instrument(0, "BTCUSDT", "binance", E8.parse("0.01"), E8.parse("0.00001"), 0);

  private final List<ExecutionReport> reports = new ArrayList<>();
  private final SimulatedOrderVenue venue = venue(50 * MS, 0, 7);

  @Test
  void aMarketOrderPaysTheOpenHalfTheSpreadAndTheFee() {
    venue.submit(order("a", Side.BUY, "1", "0"), MINUTE + 5 * MS);
    venue.before(bar(1, "100", "100"));
    Fill fill = onlyFill();
    assertThat(E8.format(fill.priceE8())).isEqualTo("100.01");
    assertThat(E8.format(fill.feeE8())).isEqualTo("0.10001");
    assertThat(fill.timeNs()).isEqualTo(MINUTE + 55 * MS);
    assertThat(reports.getLast())
        .isEqualTo(new ExecutionReport.Filled(fill, true, MINUTE + 105 * MS));
  }

  @Test
  void anOrderThatComesLateInABarWaitsForTheNextOpen() {
    venue.submit(order("a", Side.SELL, "1", "0"), MINUTE + MINUTE / 2);
    venue.before(bar(1, "100", "100"));
    assertThat(fills()).isEmpty();
    venue.before(bar(2, "90", "100"));
    assertThat(E8.format(onlyFill().priceE8())).isEqualTo("89.99");
  }

  @Test
  void aLargeOrderGetsItsShareOfEachBar() {
    venue.submit(order("a", Side.BUY, "1.5", "0"), MINUTE);
    venue.before(bar(1, "100", "10"));
    venue.before(bar(2, "101", "0"));
    venue.before(bar(3, "102", "10"));
    assertThat(fills())
        .extracting(fill -> E8.format(fill.quantityE8()))
        .containsExactly("1", "0.5");
    assertThat(venue.openOrders()).isZero();
  }

  @Test
  void aLimitOrderNeverTradesWorse() {
    venue.submit(order("a", Side.BUY, "1", "99"), MINUTE);
    venue.before(bar(1, "100", "100"));
    assertThat(fills()).isEmpty();
    venue.before(new Bar(0, 2 * MINUTE, 3 * MINUTE, p("100"), p("100"), p("98"), p("99"), p("50")));
    assertThat(E8.format(onlyFill().priceE8())).isEqualTo("99");
  }

  @Test
  void whereABookIsAnOrderTakesItsLevels() {
    venue.before(book(Side.SELL, "100", "1", false));
    venue.before(book(Side.SELL, "101", "5", false));
    venue.before(book(Side.BUY, "99", "5", true));
    venue.submit(order("a", Side.BUY, "3", "0"), 0);
    venue.before(book(Side.BUY, "98", "5", true));
    assertThat(fills())
        .extracting(fill -> E8.format(fill.priceE8()) + "x" + E8.format(fill.quantityE8()))
        .containsExactly("100x1", "101x2");
  }

  @Test
  void whatIsLeftCanBeTakenBack() {
    venue.submit(order("a", Side.BUY, "5", "0"), MINUTE);
    venue.before(bar(1, "100", "10"));
    venue.cancel("a", 2 * MINUTE - MS);
    venue.before(bar(2, "100", "1000"));
    assertThat(fills()).hasSize(2);
    venue.submit(order("b", Side.BUY, "5", "1"), 3 * MINUTE);
    venue.cancel("b", 3 * MINUTE + MS);
    venue.before(bar(4, "100", "1000"));
    assertThat(reports.getLast()).isInstanceOf(ExecutionReport.Cancelled.class);
    assertThat(venue.openOrders()).isZero();
  }

  @Test
  void partsOfALotAreRejected() {
    venue.submit(order("a", Side.BUY, "0.000001", "0"), 0);
    assertThat(reports).hasSize(1).first().isInstanceOf(ExecutionReport.Rejected.class);
  }

  @Test
  void theSameSeedMakesTheSameReports() {
    List<ExecutionReport> first = jittered(11);
    assertThat(jittered(11)).isEqualTo(first);
    assertThat(jittered(12)).isNotEqualTo(first);
  }

  private List<ExecutionReport> jittered(long seed) {
    reports.clear();
    SimulatedOrderVenue jittery = venue(50 * MS, 20 * MS, seed);
    for (int i = 0; i < 5; i++) {
      jittery.submit(order("o" + i, Side.BUY, "1", "0"), MINUTE * (i + 1));
      jittery.before(bar(i + 1, "100", "100"));
    }
    return List.copyOf(reports);
  }

  private SimulatedOrderVenue venue(long latencyNs, long jitterNs, long seed) {
    return new SimulatedOrderVenue(
        List.of(BTC),
        new SimulatedVenueSettings(10, 1, latencyNs, jitterNs, 0.1, seed),
        reports::add);
  }

  private List<Fill> fills() {
    return reports.stream()
        .filter(ExecutionReport.Filled.class::isInstance)
        .map(report -> ((ExecutionReport.Filled) report).fill())
        .toList();
  }

  private Fill onlyFill() {
    assertThat(fills()).hasSize(1);
    return fills().getFirst();
  }

  private static long p(String decimal) {
    return E8.parse(decimal);
  }

  private static Bar bar(int minute, String price, String volume) {
    long e8 = p(price);
    return new Bar(0, minute * MINUTE, (minute + 1) * MINUTE, e8, e8, e8, e8, p(volume));
  }

  private static BookChange book(Side side, String price, String quantity, boolean last) {
    return new BookChange(0, MINUTE, side, p(price), p(quantity), last);
  }

  private static Order order(String id, Side side, String quantity, String limit) {
    return new Order(
        id,
        0,
        "s",
        side,
        p(limit) == 0 ? OrderType.MARKET : OrderType.LIMIT,
        p(quantity),
        p(limit),
        false,
        1,
        0);
  }
}
