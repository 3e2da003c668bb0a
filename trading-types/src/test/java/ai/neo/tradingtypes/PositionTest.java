package ai.neo.tradingtypes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A position is a fold over fills that loses no unit of money, whichever way it goes. */
class PositionTest {
  private static final int FILLS = 200;

  @ParameterizedTest
  @MethodSource("ai.neo.tradingtypes.Samples#seeds")
  void profitIsCashFlowAndValueToTheLastUnit(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 100; run++) {
      Position position = Position.flat(3);
      long cash = 0;
      int crossings = 0;
      for (int i = 0; i < FILLS; i++) {
        Fill fill = fill(random, position);
        Position next = position.after(fill);
        cash -= fill.side().sign() * fill.notionalE8() + fill.feeE8();
        crossings +=
            Long.signum(next.quantityE8()) * Long.signum(position.quantityE8()) < 0 ? 1 : 0;
        position = next;

        long mark = random.nextLong(1, 100_000 * E8.ONE);
        assertThat(position.realisedE8() + position.unrealisedE8(mark) - position.feesE8())
            .as("run=%d fill=%d", run, i)
            .isEqualTo(cash + position.valueE8(mark));
        checkShape(position);
      }
      assertThat(crossings).as("fills that went through zero").isGreaterThan(5);
    }
  }

  /** What is open never costs less or more than its fills' prices allow. */
  @ParameterizedTest
  @MethodSource("ai.neo.tradingtypes.Samples#seeds")
  void theAveragePriceLiesBetweenTheFillsPrices(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Position position = Position.flat(3);
    for (int i = 0; i < FILLS * 20; i++) {
      long price = random.nextLong(100 * E8.ONE, 200 * E8.ONE);
      Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
      long quantity = random.nextLong(E8.ONE / 1_000, 10 * E8.ONE);
      position = position.after(new Fill("t", "o", 3, "s", side, price, quantity, 0, i));
      if (Math.abs(position.quantityE8()) > E8.ONE / 1_000) {
        assertThat(position.averagePriceE8())
            .isBetween(100 * E8.ONE - 10_000, 200 * E8.ONE + 10_000);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ai.neo.tradingtypes.Samples#seeds")
  void theMirrorImageEarnsTheOpposite(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Position position = Position.flat(3);
    Position mirror = Position.flat(3);
    for (int i = 0; i < FILLS * 10; i++) {
      Fill fill = fill(random, position);
      position = position.after(fill);
      mirror =
          mirror.after(
              new Fill(
                  "t",
                  "o",
                  3,
                  "s",
                  fill.side().opposite(),
                  fill.priceE8(),
                  fill.quantityE8(),
                  fill.feeE8(),
                  i));
      assertThat(mirror)
          .isEqualTo(
              new Position(
                  3,
                  -position.quantityE8(),
                  -position.costE8(),
                  -position.realisedE8(),
                  position.feesE8()));
    }
  }

  @Test
  void sellingTakesOutTheSoldShareOfTheCost() {
    Position position =
        Position.flat(3)
            .after(fill(Side.BUY, "100", "2"))
            .after(fill(Side.BUY, "130", "1"))
            .after(fill(Side.SELL, "150", "1"));

    assertThat(position)
        .isEqualTo(new Position(3, E8.parse("2"), E8.parse("220"), E8.parse("40"), 0));
    assertThat(position.averagePriceE8()).isEqualTo(E8.parse("110"));
    assertThat(position.unrealisedE8(E8.parse("100"))).isEqualTo(E8.parse("-20"));
  }

  @Test
  void aFillThroughZeroClosesAllAndOpensTheRest() {
    Position position =
        Position.flat(3).after(fill(Side.BUY, "100", "2")).after(fill(Side.SELL, "110", "5"));

    assertThat(position)
        .isEqualTo(new Position(3, E8.parse("-3"), E8.parse("-330"), E8.parse("20"), 0));
    assertThat(position.unrealisedE8(E8.parse("100"))).isEqualTo(E8.parse("30"));
  }

  @Test
  void theLeastLongIsClosedAndNotCrossed() {
    Position least = new Position(3, Long.MIN_VALUE, -100, 0, 0);

    assertThat(least.after(fill(Side.BUY, "0.00000001", "1")).quantityE8())
        .isEqualTo(Long.MIN_VALUE + E8.ONE);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Position full = new Position(3, Long.MAX_VALUE, Long.MAX_VALUE, 0, Long.MAX_VALUE);

    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> full.after(fill(Side.BUY, "1", "0.00000001")));
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> full.after(new Fill("t", "o", 3, "s", Side.SELL, E8.ONE, E8.ONE, 1, 0)));
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> full.unrealisedE8(2 * E8.ONE));
  }

  @Test
  void aFillOfAnotherInstrumentIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Position.flat(4).after(fill(Side.BUY, "1", "1")))
        .withMessage("fill of instrument=3 on position of instrument=4");
  }

  private static void checkShape(Position position) {
    if (position.quantityE8() == 0) {
      assertThat(position.costE8()).isZero();
      assertThat(position.averagePriceE8()).isZero();
    } else {
      assertThat(Long.signum(position.costE8()) * Long.signum(position.quantityE8()))
          .isNotNegative();
    }
  }

  /** Prices and quantities of every size; now and then exactly what closes the position. */
  private static Fill fill(SplittableRandom random, Position position) {
    long price = 1 + random.nextLong(100_000 * E8.ONE) / (random.nextBoolean() ? 1 : 99_999_937);
    long quantity = 1 + random.nextLong(5 * E8.ONE) / (random.nextBoolean() ? 1 : 77_777);
    Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
    if (position.quantityE8() != 0 && random.nextInt(10) == 0) {
      quantity = Math.abs(position.quantityE8());
      side = position.quantityE8() > 0 ? Side.SELL : Side.BUY;
    }
    long fee = random.nextLong(-E8.ONE, 10 * E8.ONE);
    return new Fill("t", "o", 3, "s", side, price, quantity, fee, 0);
  }

  private static Fill fill(Side side, String price, String quantity) {
    return new Fill("t", "o", 3, "s", side, E8.parse(price), E8.parse(quantity), 0, 0);
  }
}
