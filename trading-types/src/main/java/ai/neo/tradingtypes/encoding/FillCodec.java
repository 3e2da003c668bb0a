package ai.neo.tradingtypes.encoding;

import ai.neo.tradingtypes.Fill;

/** Fills as fields; see {@link Tags} 96 to 127. */
public final class FillCodec {
  private static final int NUMBER_BYTES = 8 + 5 + 4 * 12;

  private FillCodec() {}

  /** No more bytes than this does {@link #write} take. */
  public static int maxBytes(Fill fill) {
    return NUMBER_BYTES
        + TlvWriter.maxFieldBytes(fill.tradeId())
        + TlvWriter.maxFieldBytes(fill.clientOrderId())
        + TlvWriter.maxFieldBytes(fill.strategy());
  }

  /** Appends the fill's fields. Allocates nothing. */
  public static void write(Fill fill, TlvWriter writer) {
    writer
        .putString(Tags.FILL_TRADE_ID, fill.tradeId())
        .putString(Tags.FILL_CLIENT_ORDER_ID, fill.clientOrderId())
        .putInt(Tags.FILL_INSTRUMENT, fill.instrument())
        .putString(Tags.FILL_STRATEGY, fill.strategy())
        .putByte(Tags.FILL_SIDE, EnumCodes.of(fill.side()))
        .putLong(Tags.FILL_PRICE_E8, fill.priceE8())
        .putLong(Tags.FILL_QUANTITY_E8, fill.quantityE8())
        .putLong(Tags.FILL_FEE_E8, fill.feeE8())
        .putLong(Tags.FILL_TIME_NS, fill.timeNs());
  }

  /**
   * Reads the fill in the reader's payload.
   *
   * @throws TlvException if a field is missing, doubled or malformed, or the fill is impossible
   */
  public static Fill read(TlvReader reader) {
    TlvFields fields = new TlvFields(Tags.FILL_FIRST, Tags.FILL_LAST).scan(reader);
    try {
      return new Fill(
          fields.text(Tags.FILL_TRADE_ID),
          fields.text(Tags.FILL_CLIENT_ORDER_ID),
          fields.integer(Tags.FILL_INSTRUMENT),
          fields.text(Tags.FILL_STRATEGY),
          EnumCodes.side(fields.at(Tags.FILL_SIDE)),
          fields.number(Tags.FILL_PRICE_E8),
          fields.number(Tags.FILL_QUANTITY_E8),
          fields.number(Tags.FILL_FEE_E8),
          fields.number(Tags.FILL_TIME_NS));
    } catch (IllegalArgumentException e) {
      throw new TlvException("no possible fill: " + e.getMessage(), Tags.FILL_TRADE_ID, 0, e);
    }
  }
}
