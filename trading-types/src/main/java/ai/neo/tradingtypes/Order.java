package ai.neo.tradingtypes;

import java.util.Objects;

/**
 * An order as it was intended; it never changes.
 *
 * @param clientOrderId a function of (instance, epoch, sequence); unique for ever
 * @param instrument {@link Instrument#id()}
 * @param strategy who asked for it
 * @param limitPriceE8 worst price accepted; zero for a market order without protection
 * @param reduceOnly whether it may only make the position smaller
 * @param decisionId the decision it carries out
 */
public record Order(
    String clientOrderId,
    int instrument,
    String strategy,
    Side side,
    OrderType type,
    long quantityE8,
    long limitPriceE8,
    boolean reduceOnly,
    long decisionId,
    long createdNs) {
  public Order {
    Objects.requireNonNull(clientOrderId, "clientOrderId");
    Objects.requireNonNull(strategy, "strategy");
    Objects.requireNonNull(side, "side");
    Objects.requireNonNull(type, "type");
    if (quantityE8 <= 0) {
      throw new IllegalArgumentException(
          "order="
              + clientOrderId
              + " quantity="
              + E8.format(quantityE8)
              + ", expected more than 0");
    }
    if (limitPriceE8 < 0 || (type == OrderType.LIMIT && limitPriceE8 == 0)) {
      throw new IllegalArgumentException(
          "order="
              + clientOrderId
              + " limit_price="
              + E8.format(limitPriceE8)
              + ", expected a positive price for a limit order");
    }
  }
}
