package ai.neo.riskrules;

import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;

/** A situation to change one thing at a time: 10,000 of equity, a price of 100, nothing held. */
final class Account {
  static final Instrument BTC = new Instrument(0, "BTC", "x", 1, 1, 0);
  static final long NOW = 10_000_000_000_000L;

  /** Every limit is set; sizes are out of each other's way. */
  static final String LIMITS =
      """
      max_order_quantity: 50
      max_order_notional: 4000
      price_collar_bps: 100
      max_position_notional: 6000
      min_confidence: 0.6
      max_volatility: 0.05
      max_data_age_ms: 1000
      max_gross_exposure: 9000
      max_orders_per_minute: 5
      duplicate_window_ms: 0
      max_daily_loss: 500
      max_drawdown: 0.1
      """;

  String limits = LIMITS;
  long priceE8 = e8("100");
  long equityE8 = e8("10000");
  long peakE8 = e8("10000");
  long dayStartE8 = e8("10000");
  long positionE8;
  long workingBuyE8;
  long workingSellE8;
  long exposureE8;
  boolean unknownOrder;
  long lastDataNs = NOW;
  long nowNs = NOW;
  double volatility = 0.01;
  double confidence = 0.7;
  boolean modelDriven = true;
  ModelDoubt doubt = ModelDoubt.NONE;
  Instrument instrument = BTC;
  TradingState state = TradingState.ACTIVE;
  final OrderRate rate = new OrderRate();

  static long e8(String text) {
    return E8.parse(text);
  }

  /** Another value for one key, or none. */
  Account limit(String key, String value) {
    String line = value.isEmpty() ? "" : key + ": " + value + "\n";
    limits = limits.replaceAll("(?m)^" + key + ": .*\n", line);
    return this;
  }

  AccountView view() {
    return new AccountView(
        equityE8,
        equityE8,
        peakE8,
        dayStartE8,
        positionE8,
        workingBuyE8,
        workingSellE8,
        exposureE8,
        unknownOrder);
  }

  RiskDecision check(Order order) {
    return RiskCheck.check(
        new ProposedOrder(order, confidence, modelDriven, doubt),
        new RiskCheck.Situation(
            instrument, view(), new MarketView(priceE8, lastDataNs, volatility), state, nowNs),
        RiskLimits.fromYaml(limits, "test"),
        rate);
  }

  RiskDecision buy(String quantity) {
    return check(order(Side.BUY, quantity, "100", false));
  }

  RiskDecision reduce(Side side, String quantity) {
    return check(order(side, quantity, "0", true));
  }

  /** At a limit price, or as a market order when that is zero. */
  static Order order(Side side, String quantity, String limitPrice, boolean reduceOnly) {
    long limit = e8(limitPrice);
    OrderType type = limit == 0 ? OrderType.MARKET : OrderType.LIMIT;
    return new Order("o", 0, "s", side, type, e8(quantity), limit, reduceOnly, 1, NOW);
  }

  /** The rule that refused; empty when none did. */
  static String rule(RiskDecision decision) {
    return switch (decision) {
      case RiskDecision.Approved approved -> "";
      case RiskDecision.Refused refused -> refused.rule();
    };
  }
}
