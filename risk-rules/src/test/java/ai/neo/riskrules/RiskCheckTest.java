package ai.neo.riskrules;

import static ai.neo.riskrules.Account.NOW;
import static ai.neo.riskrules.Account.e8;
import static ai.neo.riskrules.Account.order;
import static ai.neo.riskrules.Account.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Side;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule one unit below its limit, at it and one unit above. */
class RiskCheckTest {
  private final Account account = new Account();

  @ParameterizedTest
  @CsvSource({"19.99999999,''", "20,''", "20.00000001,order-size"})
  void orderSize(String quantity, String rule) {
    account.limit("max_order_quantity", "20");

    assertThat(rule(account.buy(quantity))).isEqualTo(rule);
  }

  @ParameterizedTest
  @CsvSource({"19.99999999,''", "20,''", "20.00000001,order-notional"})
  void orderNotional(String quantity, String rule) {
    account.limit("max_order_notional", "2000");

    assertThat(rule(account.buy(quantity))).isEqualTo(rule);
  }

  @Test
  void aMarketOrderIsValuedAtTheWorstThatTheCollarAllows() {
    account.limit("max_order_notional", "2020");

    assertThat(rule(account.check(order(Side.BUY, "20", "0", false)))).isEmpty();
    assertThat(account.check(order(Side.BUY, "20.00000001", "0", false)))
        .isEqualTo(new RiskDecision.Refused("order-notional", "2020", "2020.00000101"));
    assertThat(rule(account.check(order(Side.SELL, "20.2", "0", false)))).isEmpty();
    assertThat(rule(account.check(order(Side.SELL, "20.20000001", "0", false))))
        .isEqualTo("order-notional");
  }

  @Test
  void aBuyBelowTheMarketIsValuedAtTheMarket() {
    account.limit("max_order_notional", "2000");

    assertThat(rule(account.check(order(Side.BUY, "20.00000001", "99", false))))
        .isEqualTo("order-notional");
  }

  @ParameterizedTest
  @CsvSource({
    "98.99999999,price-collar",
    "99,''",
    "99.00000001,''",
    "100.99999999,''",
    "101,''",
    "101.00000001,price-collar"
  })
  void priceCollarOnEitherSide(String price, String rule) {
    assertThat(rule(account.check(order(Side.BUY, "1", price, false)))).isEqualTo(rule);
    assertThat(rule(account.check(order(Side.SELL, "1", price, false)))).isEqualTo(rule);
  }

  @ParameterizedTest
  @CsvSource({"29.99999999,''", "30,''", "30.00000001,position"})
  void positionCountsWhatIsHeldAndWhatWorks(String quantity, String rule) {
    account.positionE8 = e8("10");
    account.workingBuyE8 = e8("20");
    account.workingSellE8 = e8("25");

    assertThat(rule(account.buy(quantity))).isEqualTo(rule);
  }

  @ParameterizedTest
  @CsvSource({"29.99999999,''", "30,''", "30.00000001,position"})
  void shortPositionsToo(String quantity, String rule) {
    account.positionE8 = e8("-10");
    account.workingSellE8 = e8("20");

    assertThat(rule(account.check(order(Side.SELL, quantity, "100", false)))).isEqualTo(rule);
  }

  @ParameterizedTest
  @CsvSource({"19.99999999,''", "20,''", "20.00000001,exposure"})
  void exposureCountsAllInstruments(String quantity, String rule) {
    account.positionE8 = e8("5");
    account.workingSellE8 = e8("5");
    account.exposureE8 = e8("7000");

    assertThat(rule(account.buy(quantity))).isEqualTo(rule);
  }

  @Test
  void anOrderThatDoesNotWorsenTheWorstCaseAddsNoExposure() {
    account.positionE8 = e8("10");
    account.workingBuyE8 = e8("10");
    account.exposureE8 = e8("9000");

    assertThat(rule(account.check(order(Side.SELL, "30", "100", false)))).isEmpty();
    assertThat(rule(account.check(order(Side.SELL, "30.00000001", "100", false))))
        .isEqualTo("exposure");
  }

  @ParameterizedTest
  @CsvSource({"9500.00000001,''", "9500,''", "9499.99999999,daily-loss"})
  void dailyLoss(String equity, String rule) {
    account.equityE8 = e8(equity);

    assertThat(rule(account.buy("1"))).isEqualTo(rule);
    assertThat(breach().isEmpty()).isEqualTo(rule.isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"9000.00000001,''", "9000,''", "8999.99999999,drawdown"})
  void drawdown(String equity, String rule) {
    account.equityE8 = e8(equity);
    account.dayStartE8 = e8(equity);

    assertThat(rule(account.buy("1"))).isEqualTo(rule);
    assertThat(breach().isEmpty()).isEqualTo(rule.isEmpty());
  }

  @Test
  void aBreachSaysWhatIsBeyondWhat() {
    account.equityE8 = e8("8000");
    assertThat(breach()).contains("drawdown 0.200000 is beyond max_drawdown 0.1");

    account.peakE8 = e8("8000");
    assertThat(breach()).contains("the day's loss 2000 is beyond max_daily_loss 500");

    account.equityE8 = Long.MIN_VALUE;
    assertThat(breach().orElseThrow()).endsWith("do not compare");
  }

  @ParameterizedTest
  @CsvSource({
    "0.5999999999999999,confidence",
    "0.6,''",
    "0.6000000000000001,''",
    "1,''",
    "1.0000000000000002,confidence",
    "NaN,confidence",
    "Infinity,confidence"
  })
  void confidenceOfAModel(double confidence, String rule) {
    account.confidence = confidence;

    assertThat(rule(account.buy("1"))).isEqualTo(rule);
    account.modelDriven = false;
    assertThat(rule(account.buy("1"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    // max_uncertainty, max_reconstruction_error, what the model says of each, rule, observed
    "off, off, NaN, NaN, '', ''",
    "off, off, 9, 1e9, '', ''",
    "0.1, off, 0, NaN, '', ''",
    "0.1, off, 0.1, NaN, '', ''",
    "0.1, off, 0.10000001, NaN, uncertainty, 0.10000001",
    "0.1, off, 3, NaN, uncertainty, 3.0",
    "0, off, 0, NaN, '', ''",
    "0, off, 1e-30, NaN, uncertainty, 1.0E-30",
    "0.1, off, NaN, 0, uncertainty, none: the model does not answer uncertainty",
    "off, 2.5, NaN, 2.5, '', ''",
    "off, 2.5, 0.4, 2.5000002, reconstruction-error, 2.5000002",
    "off, 2.5, 0, NaN, reconstruction-error, "
        + "none: the model does not answer reconstruction_error",
    "0.1, 2.5, 0.1, 2.5, '', ''",
    "0.1, 2.5, 0.2, 3, uncertainty, 0.2",
    "0.1, 2.5, NaN, NaN, uncertainty, none: the model does not answer uncertainty"
  })
  void theModelsOwnDoubt(
      String uncertainty,
      String reconstructionError,
      float saidUncertainty,
      float saidError,
      String rule,
      String observed) {
    account.limits +=
        "max_uncertainty: %s\nmax_reconstruction_error: %s\n"
            .formatted(uncertainty, reconstructionError);
    account.doubt = new ModelDoubt(saidUncertainty, saidError);

    assertThat(account.buy("1"))
        .isEqualTo(
            rule.isEmpty()
                ? new RiskDecision.Approved()
                : new RiskDecision.Refused(
                    rule,
                    rule.equals("uncertainty") ? uncertainty : reconstructionError,
                    observed));
    account.modelDriven = false;
    assertThat(rule(account.buy("1"))).as("without a model").isEmpty();
  }

  @Test
  void anExitPassesWhateverTheModelSaysOfItsDoubt() {
    account.limits += "max_uncertainty: 0\nmax_reconstruction_error: 0\n";
    account.positionE8 = e8("5");

    for (ModelDoubt doubt : new ModelDoubt[] {ModelDoubt.NONE, new ModelDoubt(1f, 1e9f)}) {
      account.doubt = doubt;
      assertThat(rule(account.reduce(Side.SELL, "1"))).isEmpty();
      assertThat(rule(account.buy("1"))).isEqualTo("uncertainty");
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {-1e-30f, -1f, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY})
  void aDoubtThatIsNoneIsRefused(float value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ModelDoubt(value, 0f))
        .withMessage("uncertainty=" + value + ", expected a finite number of zero or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ModelDoubt(Float.NaN, value))
        .withMessageStartingWith("reconstruction_error=");
  }

  @ParameterizedTest
  @CsvSource({
    "0,''",
    "0.049999999999999996,''",
    "0.05,''",
    "0.05000000000000001,volatility",
    "NaN,volatility",
    "-0.1,volatility",
    "Infinity,volatility"
  })
  void volatility(double volatility, String rule) {
    account.volatility = volatility;

    assertThat(rule(account.buy("1"))).isEqualTo(rule);
  }

  @ParameterizedTest
  @CsvSource({"999999999,''", "1000000000,''", "1000000001,stale-data", "-5,''"})
  void staleData(long ageNs, String rule) {
    account.lastDataNs = NOW - ageNs;

    assertThat(rule(account.buy("1"))).isEqualTo(rule);
  }

  @Test
  void noPriceAndNoDataAreStale() {
    account.priceE8 = 0;
    assertThat(account.buy("1"))
        .isEqualTo(new RiskDecision.Refused("stale-data", "a reference price", "none"));

    account.priceE8 = e8("100");
    account.lastDataNs = 0;
    assertThat(account.buy("1"))
        .isEqualTo(new RiskDecision.Refused("stale-data", "1000 ms", "10000000 ms"));
  }

  @Test
  void orderRateCountsEveryApprovedOrderOfTheLastMinute() {
    for (int i = 0; i < 5; i++) {
      assertThat(rule(account.buy("1"))).isEmpty();
      account.nowNs += 10_000_000_000L;
      account.lastDataNs = account.nowNs;
    }
    assertThat(account.buy("1"))
        .isEqualTo(new RiskDecision.Refused("order-rate", "5 per minute", "6"));

    account.nowNs = NOW + 60_000_000_000L - 1;
    account.lastDataNs = account.nowNs;
    assertThat(rule(account.buy("1"))).isEqualTo("order-rate");
    account.nowNs = NOW + 60_000_000_000L;
    account.lastDataNs = account.nowNs;
    assertThat(rule(account.buy("1"))).isEmpty();
    assertThat(rule(account.buy("1"))).isEqualTo("order-rate");
  }

  @ParameterizedTest
  @CsvSource({"0,duplicate", "999999999,duplicate", "1000000000,''"})
  void theSameOrderAgainIsADuplicate(long laterNs, String rule) {
    account.limit("duplicate_window_ms", "1000");
    assertThat(rule(account.buy("1"))).isEmpty();
    account.nowNs += laterNs;

    assertThat(rule(account.buy("1"))).isEqualTo(rule);
    assertThat(rule(account.buy("1.00000001"))).isEmpty();
    assertThat(rule(account.check(order(Side.SELL, "1", "100", false)))).isEmpty();
    assertThat(rule(account.check(order(Side.BUY, "1", "99.9", false)))).isEmpty();
  }

  @Test
  void anUnknownOutcomeBlocksEntries() {
    account.unknownOrder = true;

    assertThat(rule(account.buy("1"))).isEqualTo("unknown-order");
  }

  @ParameterizedTest
  @EnumSource(Limit.class)
  void aMissingLimitBlocksEntriesAndNamesItselfUnlessItIsOptional(Limit limit) {
    if (limit.optional()) {
      assertThat(rule(account.buy("1"))).as("%s is not in the file", limit.key()).isEmpty();
      return;
    }
    account.limit(limit.key(), "");

    assertThat(account.buy("1"))
        .isEqualTo(new RiskDecision.Refused("limit-missing", limit.key(), "not set"));
  }

  @Test
  void aMissingRateBlocksExitsTooForItIsTheirRule() {
    account.positionE8 = e8("1");
    account.limit("max_daily_loss", "");
    assertThat(rule(account.reduce(Side.SELL, "1"))).isEmpty();

    account.limit("max_orders_per_minute", "");
    assertThat(rule(account.reduce(Side.SELL, "1"))).isEqualTo("limit-missing");
  }

  @ParameterizedTest
  @CsvSource({
    "ACTIVE,'','',reduce-only",
    "HALTED,halted,'',halted",
    "FLATTENING,halted,'',halted",
    "KILLED,kill-switch,kill-switch,kill-switch"
  })
  void statesHoldBackWhatTheySay(
      TradingState state, String entry, String exit, String tooLargeAnExit) {
    account.positionE8 = e8("5");
    account.state = state;

    assertThat(rule(account.buy("1"))).isEqualTo(entry);
    assertThat(rule(account.reduce(Side.SELL, "5"))).isEqualTo(exit);
    assertThat(rule(account.reduce(Side.SELL, "5.00000001"))).isEqualTo(tooLargeAnExit);
  }

  @Test
  void whatReducesNeedsNoModelNoDataNoProfitAndNoOtherLimit() {
    account.positionE8 = e8("-500");
    account.workingBuyE8 = e8("100");
    account.confidence = Double.NaN;
    account.doubt = new ModelDoubt(9f, Float.NaN);
    account.volatility = Double.NaN;
    account.priceE8 = 0;
    account.lastDataNs = 0;
    account.equityE8 = 1;
    account.exposureE8 = e8("90000");
    account.unknownOrder = true;
    account.limits =
        "max_orders_per_minute: 1\nmax_uncertainty: 0.1\nmax_reconstruction_error: 0.1\n";

    assertThat(rule(account.reduce(Side.BUY, "400.00000001"))).isNotEmpty();
    assertThat(rule(account.reduce(Side.BUY, "400"))).isEmpty();
    assertThat(rule(account.reduce(Side.BUY, "1"))).isEqualTo("order-rate");
  }

  @Test
  void anExitThatIsNotMarkedAsOneIsAnEntry() {
    account.positionE8 = e8("5");
    account.state = TradingState.HALTED;

    assertThat(rule(account.check(order(Side.SELL, "5", "100", false)))).isEqualTo("halted");
  }

  @Test
  void onlyWholeLotsAndTicksOfThisInstrumentAreSane() {
    account.instrument = new Instrument(0, "BTC", "x", e8("0.01"), e8("0.001"), 0);
    assertThat(rule(account.buy("1.001"))).isEmpty();
    assertThat(account.buy("1.0001"))
        .isEqualTo(new RiskDecision.Refused("sanity", "lots of 0.001", "1.0001"));
    assertThat(rule(account.check(order(Side.BUY, "1", "100.001", false)))).isEqualTo("sanity");

    account.instrument = new Instrument(1, "BTC", "x", 1, 1, 0);
    assertThat(rule(account.buy("1"))).isEqualTo("sanity");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE})
  void negativeWorkingQuantitiesAreNotSane(long working) {
    account.positionE8 = e8("5");
    account.workingSellE8 = working;

    assertThat(rule(account.buy("1"))).isEqualTo("sanity");
    assertThat(rule(account.reduce(Side.SELL, "1"))).isEqualTo("sanity");
  }

  @Test
  void sumsThatDoNotFitAreRefusedAndNotThrown() {
    account.limit("max_order_quantity", "92233720368").limit("max_order_notional", "92233720368");
    assertThat(rule(account.buy("90000000000"))).isEqualTo("sanity");

    account.positionE8 = Long.MAX_VALUE;
    assertThat(rule(account.buy("1"))).isEqualTo("sanity");
    account.positionE8 = Long.MIN_VALUE;
    assertThat(rule(account.check(order(Side.SELL, "1", "100", false)))).isEqualTo("sanity");
    account.positionE8 = 0;
    account.exposureE8 = Long.MAX_VALUE;
    assertThat(rule(account.buy("1"))).isEqualTo("sanity");
    account.exposureE8 = 0;
    account.equityE8 = Long.MIN_VALUE;
    assertThat(rule(account.buy("1"))).isEqualTo("sanity");
    account.lastDataNs = Long.MIN_VALUE;
    assertThat(rule(account.buy("1"))).isEqualTo("sanity");
  }

  @Test
  void theFirstRuleThatRefusesIsNamed() {
    account.limit("max_order_quantity", "1").limit("max_order_notional", "1");
    account.confidence = 0;
    account.volatility = 9;

    assertThat(rule(account.buy("2"))).isEqualTo("order-size");
    assertThat(RiskRule.KILL_SWITCH.code()).isEqualTo("kill-switch");
  }

  private Optional<String> breach() {
    return RiskCheck.breachOf(account.view(), RiskLimits.fromYaml(account.limits, "test"));
  }
}
