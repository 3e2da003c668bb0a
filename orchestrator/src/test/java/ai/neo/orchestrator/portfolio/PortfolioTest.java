package ai.neo.orchestrator.portfolio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Position;
import ai.neo.tradingtypes.Side;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PortfolioTest {
  private static final long CASH = 100_000 * E8.ONE;
  private static final long DAY_NS = 86_400_000_000_000L;

  @Test
  void aRoundTripRealisesTheDifferenceAndKeepsFeesApart() {
    Portfolio portfolio = new Portfolio(CASH, 1);
    portfolio.apply(fill("1", Side.BUY, "100", "2", "0.2"));
    portfolio.mark(0, E8.parse("110"), 1);
    assertThat(portfolio.unrealisedE8()).isEqualTo(E8.parse("20"));
    portfolio.apply(fill("2", Side.SELL, "120", "2", "0.24"));
    assertThat(portfolio.realisedE8()).isEqualTo(E8.parse("40"));
    assertThat(portfolio.unrealisedE8()).isZero();
    assertThat(portfolio.feesE8()).isEqualTo(E8.parse("0.44"));
    assertThat(portfolio.equityE8()).isEqualTo(CASH + E8.parse("39.56"));
  }

  @Test
  void theSameTradeCountsOnce() {
    Portfolio portfolio = new Portfolio(CASH, 1);
    Fill fill = fill("1", Side.BUY, "100", "2", "0.2");
    assertThat(portfolio.apply(fill)).isTrue();
    assertThat(portfolio.apply(fill)).isFalse();
    assertThat(portfolio.quantityE8(0)).isEqualTo(E8.parse("2"));
  }

  @Test
  void drawdownIsMeasuredFromThePeakAndTheDayStartsAtUtcMidnight() {
    Portfolio portfolio = new Portfolio(CASH, 1);
    portfolio.apply(fill("1", Side.BUY, "100", "500", "0"));
    portfolio.mark(0, E8.parse("100"), DAY_NS + 1);
    portfolio.mark(0, E8.parse("120"), DAY_NS + 2);
    assertThat(portfolio.peakEquityE8()).isEqualTo(CASH + E8.parse("10000"));
    portfolio.mark(0, E8.parse("98"), DAY_NS + 3);
    assertThat(portfolio.drawdown()).isCloseTo(0.1, within(1e-12));
    portfolio.mark(0, E8.parse("120"), DAY_NS + 4);
    assertThat(portfolio.drawdown()).isZero();
    assertThat(portfolio.maxDrawdown()).isCloseTo(0.1, within(1e-12));
    assertThat(portfolio.dayStartEquityE8()).isEqualTo(CASH);
    portfolio.mark(0, E8.parse("120"), 2 * DAY_NS);
    assertThat(portfolio.dayStartEquityE8()).isEqualTo(CASH + E8.parse("10000"));
  }

  @Test
  void profitAndLossExplainEveryUnitOfCash() {
    for (long seed = 1; seed <= 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Portfolio portfolio = new Portfolio(CASH, 2);
      long cash = CASH;
      for (int i = 0; i < 100; i++) {
        Fill fill =
            new Fill(
                "t" + i,
                "o" + i,
                random.nextInt(2),
                random.nextBoolean() ? "a" : "b",
                random.nextBoolean() ? Side.BUY : Side.SELL,
                random.nextLong(1, 70_000 * E8.ONE),
                random.nextLong(1, 3 * E8.ONE),
                random.nextLong(0, E8.ONE),
                i);
        portfolio.apply(fill);
        cash -= fill.side().sign() * fill.notionalE8() + fill.feeE8();
        portfolio.mark(0, random.nextLong(1, 70_000 * E8.ONE), i);
        portfolio.mark(1, random.nextLong(1, 70_000 * E8.ONE), i);
      }
      assertThat(portfolio.cashE8()).as("seed=%d", seed).isEqualTo(cash);
      assertThat(portfolio.equityE8())
          .as("seed=%d", seed)
          .isEqualTo(CASH + portfolio.realisedE8() + portfolio.unrealisedE8() - portfolio.feesE8());
    }
  }

  @Test
  void sumsAreThoseOfTheParts() {
    SplittableRandom random = new SplittableRandom(3);
    Portfolio portfolio = new Portfolio(CASH, 3);
    for (int i = 0; i < 2_000; i++) {
      portfolio.apply(
          new Fill(
              "t" + i,
              "o" + i,
              random.nextInt(3),
              "s" + random.nextInt(3),
              random.nextBoolean() ? Side.BUY : Side.SELL,
              random.nextLong(1, 70_000 * E8.ONE),
              random.nextLong(1, 3 * E8.ONE),
              random.nextLong(0, E8.ONE),
              i));
      if (random.nextBoolean()) {
        portfolio.mark(random.nextInt(3), random.nextLong(1, 70_000 * E8.ONE), i);
      }
      sumsAreRight(portfolio, i);
    }
  }

  private static void sumsAreRight(Portfolio portfolio, int step) {
    long value = 0;
    long unrealised = 0;
    long realised = 0;
    long fees = 0;
    long[] quantity = new long[3];
    for (Portfolio.StrategyPosition held : portfolio.positions()) {
      Position position = held.position();
      long mark = portfolio.markE8(position.instrument());
      value += position.valueE8(mark);
      unrealised += position.unrealisedE8(mark);
      realised += position.realisedE8();
      fees += position.feesE8();
      quantity[position.instrument()] += position.quantityE8();
      assertThat(portfolio.position(held.strategy(), position.instrument())).isEqualTo(position);
    }
    long gross = 0;
    for (int instrument = 0; instrument < quantity.length; instrument++) {
      assertThat(portfolio.quantityE8(instrument)).isEqualTo(quantity[instrument]);
      Position all = new Position(instrument, quantity[instrument], 0, 0, 0);
      gross += Math.abs(all.valueE8(portfolio.markE8(instrument)));
    }
    assertThat(
            new long[] {
              portfolio.equityE8() - portfolio.cashE8(),
              portfolio.unrealisedE8(),
              portfolio.realisedE8(),
              portfolio.feesE8(),
              portfolio.grossExposureE8()
            })
        .as("step %d", step)
        .containsExactly(value, unrealised, realised, fees, gross);
  }

  private static Fill fill(String id, Side side, String price, String quantity, String fee) {
    return new Fill(
        id, "o" + id, 0, "s", side, E8.parse(price), E8.parse(quantity), E8.parse(fee), 1);
  }
}
