package ai.neo.tradingtypes.encoding;

import ai.neo.tradingtypes.Order;

/** Orders as fields; see {@link Tags} 64 to 95. */
public final class OrderCodec {
  private static final int NUMBER_BYTES = 8 + 3 * 5 + 4 * 12;

  private OrderCodec() {}

  /** No more bytes than this does {@link #write} take. */
  public static int maxBytes(Order order) {
    return NUMBER_BYTES
        + TlvWriter.maxFieldBytes(order.clientOrderId())
        + TlvWriter.maxFieldBytes(order.strategy());
  }

  /** Appends the order's fields. Allocates nothing. */
  public static void write(Order order, TlvWriter writer) {
    writer
        .putString(Tags.ORDER_CLIENT_ID, order.clientOrderId())
        .putInt(Tags.ORDER_INSTRUMENT, order.instrument())
        .putString(Tags.ORDER_STRATEGY, order.strategy())
        .putByte(Tags.ORDER_SIDE, EnumCodes.of(order.side()))
        .putByte(Tags.ORDER_TYPE, EnumCodes.of(order.type()))
        .putLong(Tags.ORDER_QUANTITY_E8, order.quantityE8())
        .putLong(Tags.ORDER_LIMIT_PRICE_E8, order.limitPriceE8())
        .putBoolean(Tags.ORDER_REDUCE_ONLY, order.reduceOnly())
        .putLong(Tags.ORDER_DECISION_ID, order.decisionId())
        .putLong(Tags.ORDER_CREATED_NS, order.createdNs());
  }

  /**
   * Reads the order in the reader's payload.
   *
   * @throws TlvException if a field is missing, doubled or malformed, or the order is impossible
   */
  public static Order read(TlvReader reader) {
    TlvFields fields = new TlvFields(Tags.ORDER_FIRST, Tags.ORDER_LAST).scan(reader);
    try {
      return new Order(
          fields.text(Tags.ORDER_CLIENT_ID),
          fields.integer(Tags.ORDER_INSTRUMENT),
          fields.text(Tags.ORDER_STRATEGY),
          EnumCodes.side(fields.at(Tags.ORDER_SIDE)),
          EnumCodes.orderType(fields.at(Tags.ORDER_TYPE)),
          fields.number(Tags.ORDER_QUANTITY_E8),
          fields.number(Tags.ORDER_LIMIT_PRICE_E8),
          fields.flag(Tags.ORDER_REDUCE_ONLY),
          fields.number(Tags.ORDER_DECISION_ID),
          fields.number(Tags.ORDER_CREATED_NS));
    } catch (IllegalArgumentException e) {
      throw new TlvException("no possible order: " + e.getMessage(), Tags.ORDER_CLIENT_ID, 0, e);
    }
  }
}
