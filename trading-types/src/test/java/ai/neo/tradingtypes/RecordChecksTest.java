package ai.neo.tradingtypes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be is not constructed, and the message says what was wrong. */
class RecordChecksTest {
  private static final long ONE = E8.ONE;

  static Stream<Arguments> impossible() {
    return Stream.of(
        refused("price=0", () -> new Price(0)),
        refused("price=-0.00000001", () -> new Price(-1)),
        refused("quantity=-1", () -> new Quantity(-ONE)),
        refused("id=-1", () -> new Instrument(-1, "BTC", "x", 1, 1, 0)),
        refused("symbol is blank", () -> new Instrument(0, " ", "x", 1, 1, 0)),
        refused("tick=0", () -> new Instrument(0, "BTC", "x", 0, 1, 0)),
        refused("lot=0", () -> new Instrument(0, "BTC", "x", 1, 0, 0)),
        refused("minimum_notional=-1", () -> new Instrument(0, "BTC", "x", 1, 1, -1)),
        refused("quantity=0", () -> order(OrderType.MARKET, 0, 0)),
        refused("limit_price=0", () -> order(OrderType.LIMIT, 1, 0)),
        refused("limit_price=-0.00000001", () -> order(OrderType.MARKET, 1, -1)),
        refused("price=0", () -> fill(0, 1)),
        refused("quantity=0", () -> fill(1, 0)),
        refused("price=0", () -> new Trade(0, 1, 1, 0, 1, Side.BUY)),
        refused("quantity=-0.00000001", () -> new Trade(0, 1, 1, 1, -1, Side.BUY)),
        refused("bid=0", () -> new Quote(0, 1, 0, 1, 1, 1)),
        refused("ask=0.00000001", () -> new Quote(0, 1, 2, 1, 1, 1)),
        refused("quantities", () -> new Quote(0, 1, 1, -1, 2, 1)),
        refused("quantities", () -> new Quote(0, 1, 1, 1, 2, -1)),
        refused("price=0", () -> new BookChange(0, 1, Side.BUY, 0, 1, true)),
        refused("quantity=-0.00000001", () -> new BookChange(0, 1, Side.BUY, 1, -1, true)),
        refused("close_time_ns=5", () -> bar(5, 5, new long[] {2, 3, 1, 2, 0})),
        refused("high=0.00000002", () -> bar(0, 5, new long[] {3, 2, 1, 2, 0})),
        refused("high=0.00000002", () -> bar(0, 5, new long[] {2, 2, 1, 3, 0})),
        refused("low=0.00000002", () -> bar(0, 5, new long[] {1, 3, 2, 2, 0})),
        refused("low=0.00000002", () -> bar(0, 5, new long[] {2, 3, 2, 1, 0})),
        refused("low=0", () -> bar(0, 5, new long[] {1, 3, 0, 1, 0})),
        refused("volume=-0.00000001", () -> bar(0, 5, new long[] {2, 3, 1, 2, -1})));
  }

  @ParameterizedTest
  @MethodSource("impossible")
  void impossibleValuesAreRefusedWithTheirName(String message, ThrowingCallable construction) {
    assertThatIllegalArgumentException().isThrownBy(construction).withMessageContaining(message);
  }

  @Test
  void theBordersArePossible() {
    assertThat(new Price(1).toString()).isEqualTo("0.00000001");
    assertThat(new Quantity(0)).isEqualTo(Quantity.of("0"));
    assertThat(order(OrderType.MARKET, 1, 0).limitPriceE8()).isZero();
    assertThat(new Quote(0, 1, 5, 0, 5, 0).midE8()).isEqualTo(5);
    assertThat(new Quote(0, 1, Long.MAX_VALUE - 1, 0, Long.MAX_VALUE, 0).midE8())
        .isEqualTo(Long.MAX_VALUE - 1);
    assertThat(new BookChange(0, 1, Side.SELL, 1, 0, true).quantityE8()).isZero();
    assertThat(bar(4, 5, new long[] {1, 1, 1, 1, 0}).timeNs()).isEqualTo(5);
    assertThat(new Instrument(0, "BTC", "x", 1, 5, 0).wholeLots(14)).isEqualTo(10);
  }

  @Test
  void nothingIsNull() {
    assertThatNullPointerException()
        .isThrownBy(() -> new Trade(0, 1, 1, 1, 1, null))
        .withMessage("aggressor");
    assertThatNullPointerException()
        .isThrownBy(() -> new BookChange(0, 1, null, 1, 1, true))
        .withMessage("side");
    assertThatNullPointerException()
        .isThrownBy(() -> new Instrument(0, "BTC", null, 1, 1, 0))
        .withMessage("venue");
    assertThatNullPointerException()
        .isThrownBy(() -> new Fill(null, "o", 0, "s", Side.BUY, 1, 1, 0, 0))
        .withMessage("tradeId");
  }

  @Test
  void ordersOfMoneyPriceAndQuantityAreThoseOfTheNumbers() {
    assertThat(Money.of("-1")).isLessThan(Money.of("0.5"));
    assertThat(Price.of("2")).isGreaterThan(Price.of("1.99999999"));
    assertThat(Quantity.of("2")).isEqualByComparingTo(new Quantity(2 * ONE));
    assertThat(Side.BUY.sign() + Side.SELL.sign()).isZero();
    assertThat(Side.SELL.opposite()).isEqualTo(Side.BUY);
  }

  private static Arguments refused(String message, ThrowingCallable construction) {
    return Arguments.of(message, construction);
  }

  private static Order order(OrderType type, long quantity, long limitPrice) {
    return new Order("o", 0, "s", Side.BUY, type, quantity, limitPrice, false, 1, 1);
  }

  private static Fill fill(long price, long quantity) {
    return new Fill("t", "o", 0, "s", Side.BUY, price, quantity, 0, 1);
  }

  /** Prices and volume as open, high, low, close, volume. */
  private static Bar bar(long openTime, long closeTime, long[] values) {
    return new Bar(0, openTime, closeTime, values[0], values[1], values[2], values[3], values[4]);
  }
}
