package ai.neo.tradingtypes;

import java.math.RoundingMode;
import java.util.Objects;

/**
 * One trade of one of our orders. Unique by (venue, account, trade id).
 *
 * @param feeE8 in quote currency; negative is a rebate
 */
public record Fill(
    String tradeId,
    String clientOrderId,
    int instrument,
    String strategy,
    Side side,
    long priceE8,
    long quantityE8,
    long feeE8,
    long timeNs) {
  public Fill {
    Objects.requireNonNull(tradeId, "tradeId");
    Objects.requireNonNull(clientOrderId, "clientOrderId");
    Objects.requireNonNull(strategy, "strategy");
    Objects.requireNonNull(side, "side");
    if (priceE8 <= 0 || quantityE8 <= 0) {
      throw new IllegalArgumentException(
          "fill="
              + tradeId
              + " price="
              + E8.format(priceE8)
              + " quantity="
              + E8.format(quantityE8)
              + ", expected both positive");
    }
  }

  /** Price × quantity in quote currency, rounded half to even: the rule of every money fold. */
  public long notionalE8() {
    return E8.multiply(priceE8, quantityE8, RoundingMode.HALF_EVEN);
  }
}
