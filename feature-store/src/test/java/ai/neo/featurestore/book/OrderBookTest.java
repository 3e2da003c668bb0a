package ai.neo.featurestore.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.featurestore.indicator.BookImbalance;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderBookTest {
  private final OrderBook book = new OrderBook();

  @Test
  void anEmptyBookHasNoBest() {
    assertThat(book.bestBidE8()).isZero();
    assertThat(book.bestAskE8()).isZero();
    assertThat(book.depth(Side.BUY)).isZero();
    assertThat(book.crossed()).isFalse();
    assertThat(book.quantityAtE8(Side.BUY, 5)).isZero();
    assertThat(new BookImbalance(book, 5).value()).isNaN();
    assertThatThrownBy(() -> book.priceE8(Side.BUY, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void levelsAreCountedFromTheBestOnEitherSide() {
    book.set(Side.BUY, 99, 1);
    book.set(Side.BUY, 100, 2);
    book.set(Side.SELL, 103, 3);
    book.set(Side.SELL, 102, 5);
    assertThat(book.bestBidE8()).isEqualTo(100);
    assertThat(book.bestAskE8()).isEqualTo(102);
    assertThat(book.priceE8(Side.BUY, 1)).isEqualTo(99);
    assertThat(book.priceE8(Side.SELL, 1)).isEqualTo(103);
    assertThat(book.quantityE8(Side.SELL, 0)).isEqualTo(5);
    assertThat(new BookImbalance(book, 1).value()).isEqualTo((2.0 - 5) / 7);
    assertThat(new BookImbalance(book, 9).value()).isEqualTo((3.0 - 8) / 11);
  }

  @Test
  void aCrossedBookSaysSoAndHasNoImbalance() {
    book.set(Side.BUY, 100, 1);
    book.set(Side.SELL, 100, 1);
    assertThat(book.crossed()).isTrue();
    assertThat(new BookImbalance(book, 5).value()).isNaN();
    book.set(Side.SELL, 100, 0);
    assertThat(book.crossed()).isFalse();
  }

  @Test
  void quantitiesTooLargeForALongSumDoNotOverflow() {
    book.set(Side.BUY, 1, Long.MAX_VALUE);
    book.set(Side.BUY, 2, Long.MAX_VALUE);
    book.set(Side.SELL, 3, 1);
    assertThat(new BookImbalance(book, 5).value()).isEqualTo(1);
  }

  @Test
  void nonsenseIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> book.set(Side.BUY, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> book.set(Side.BUY, 1, -1));
  }

  @Test
  void beyondTheDeepestLevelTheWorstGoes() {
    for (int i = 1; i <= PriceLevels.DEPTH_MAX; i++) {
      book.set(Side.SELL, i, 1);
    }
    book.set(Side.SELL, PriceLevels.DEPTH_MAX + 1, 1);
    assertThat(book.quantityAtE8(Side.SELL, PriceLevels.DEPTH_MAX + 1)).isZero();
    book.set(Side.SELL, 1, 0);
    book.set(Side.SELL, 1, 7);
    assertThat(book.bestAskE8()).isEqualTo(1);
    assertThat(book.depth(Side.SELL)).isEqualTo(PriceLevels.DEPTH_MAX);
    assertThat(book.dropped()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 40, 3000})
  void agreesWithASortedMapUnderRandomChanges(int prices) {
    SplittableRandom random = new SplittableRandom(prices);
    Map<Side, TreeMap<Long, Long>> expected =
        Map.of(Side.BUY, new TreeMap<>(Comparator.reverseOrder()), Side.SELL, new TreeMap<>());
    for (int i = 0; i < 50_000; i++) {
      Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
      long price = 1L + random.nextInt(prices);
      long quantity = random.nextInt(3) == 0 ? 0 : random.nextInt(1, 100);
      book.apply(new BookChange(0, i, side, price, quantity, true));
      TreeMap<Long, Long> levels = expected.get(side);
      if (quantity == 0) {
        levels.remove(price);
      } else {
        levels.put(price, quantity);
      }
      assertThat(book.quantityAtE8(side, price)).isEqualTo(quantity);
      if (i % 500 == 0) {
        expected.forEach(this::check);
      }
    }
    expected.forEach(this::check);
    book.clear();
    assertThat(book.depth(Side.BUY) + book.depth(Side.SELL)).isZero();
  }

  private void check(Side side, Map<Long, Long> expected) {
    List<Long> prices = new ArrayList<>();
    List<Long> quantities = new ArrayList<>();
    for (int level = 0; level < book.depth(side); level++) {
      prices.add(book.priceE8(side, level));
      quantities.add(book.quantityE8(side, level));
    }
    assertThat(prices).isEqualTo(List.copyOf(expected.keySet()));
    assertThat(quantities).isEqualTo(List.copyOf(expected.values()));
  }
}
