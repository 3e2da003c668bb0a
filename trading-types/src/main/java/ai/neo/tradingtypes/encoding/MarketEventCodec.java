package ai.neo.tradingtypes.encoding;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Trade;

/** Market events as fields; see {@link Tags} 1 to 63. */
public final class MarketEventCodec {
  /** No event takes more: a bar has a kind, an instrument and seven numbers of eight bytes. */
  public static final int MAX_BYTES = 5 + 8 + 7 * 12;

  private static final int BAR = 1;
  private static final int TRADE = 2;
  private static final int QUOTE = 3;
  private static final int BOOK_CHANGE = 4;

  private MarketEventCodec() {}

  /** Appends the event's fields. Allocates nothing. */
  public static void write(MarketEvent event, TlvWriter writer) {
    switch (event) {
      case Bar bar -> write(bar, writer);
      case Trade trade -> write(trade, writer);
      case Quote quote -> write(quote, writer);
      case BookChange change -> write(change, writer);
    }
  }

  /**
   * Reads the event in the reader's payload.
   *
   * @throws TlvException if a field is missing, doubled or malformed, or the event is impossible
   */
  public static MarketEvent read(TlvReader reader) {
    TlvFields fields = new TlvFields(Tags.EVENT_FIRST, Tags.EVENT_LAST).scan(reader);
    int kind = fields.integer(Tags.EVENT_KIND);
    try {
      return switch (kind) {
        case BAR -> bar(fields);
        case TRADE -> trade(fields);
        case QUOTE -> quote(fields);
        case BOOK_CHANGE -> bookChange(fields);
        default -> throw reader.wrong("event_kind=" + kind + ", expected 1 to 4");
      };
    } catch (IllegalArgumentException e) {
      throw new TlvException("no possible event: " + e.getMessage(), Tags.EVENT_KIND, 0, e);
    }
  }

  private static void write(Bar bar, TlvWriter writer) {
    head(BAR, bar, writer)
        .putLong(Tags.BAR_OPEN_TIME_NS, bar.openTimeNs())
        .putLong(Tags.BAR_OPEN_E8, bar.openE8())
        .putLong(Tags.BAR_HIGH_E8, bar.highE8())
        .putLong(Tags.BAR_LOW_E8, bar.lowE8())
        .putLong(Tags.BAR_CLOSE_E8, bar.closeE8())
        .putLong(Tags.BAR_VOLUME_E8, bar.volumeE8());
  }

  private static void write(Trade trade, TlvWriter writer) {
    head(TRADE, trade, writer)
        .putLong(Tags.TRADE_ID, trade.tradeId())
        .putLong(Tags.EVENT_PRICE_E8, trade.priceE8())
        .putLong(Tags.EVENT_QUANTITY_E8, trade.quantityE8())
        .putByte(Tags.EVENT_SIDE, EnumCodes.of(trade.aggressor()));
  }

  private static void write(Quote quote, TlvWriter writer) {
    head(QUOTE, quote, writer)
        .putLong(Tags.QUOTE_BID_PRICE_E8, quote.bidPriceE8())
        .putLong(Tags.QUOTE_BID_QUANTITY_E8, quote.bidQuantityE8())
        .putLong(Tags.QUOTE_ASK_PRICE_E8, quote.askPriceE8())
        .putLong(Tags.QUOTE_ASK_QUANTITY_E8, quote.askQuantityE8());
  }

  private static void write(BookChange change, TlvWriter writer) {
    head(BOOK_CHANGE, change, writer)
        .putByte(Tags.EVENT_SIDE, EnumCodes.of(change.side()))
        .putLong(Tags.EVENT_PRICE_E8, change.priceE8())
        .putLong(Tags.EVENT_QUANTITY_E8, change.quantityE8())
        .putBoolean(Tags.BOOK_LAST, change.last());
  }

  private static TlvWriter head(int kind, MarketEvent event, TlvWriter writer) {
    return writer
        .putByte(Tags.EVENT_KIND, kind)
        .putInt(Tags.EVENT_INSTRUMENT, event.instrument())
        .putLong(Tags.EVENT_TIME_NS, event.timeNs());
  }

  private static Bar bar(TlvFields fields) {
    return new Bar(
        fields.integer(Tags.EVENT_INSTRUMENT),
        fields.number(Tags.BAR_OPEN_TIME_NS),
        fields.number(Tags.EVENT_TIME_NS),
        fields.number(Tags.BAR_OPEN_E8),
        fields.number(Tags.BAR_HIGH_E8),
        fields.number(Tags.BAR_LOW_E8),
        fields.number(Tags.BAR_CLOSE_E8),
        fields.number(Tags.BAR_VOLUME_E8));
  }

  private static Trade trade(TlvFields fields) {
    return new Trade(
        fields.integer(Tags.EVENT_INSTRUMENT),
        fields.number(Tags.EVENT_TIME_NS),
        fields.number(Tags.TRADE_ID),
        fields.number(Tags.EVENT_PRICE_E8),
        fields.number(Tags.EVENT_QUANTITY_E8),
        EnumCodes.side(fields.at(Tags.EVENT_SIDE)));
  }

  private static Quote quote(TlvFields fields) {
    return new Quote(
        fields.integer(Tags.EVENT_INSTRUMENT),
        fields.number(Tags.EVENT_TIME_NS),
        fields.number(Tags.QUOTE_BID_PRICE_E8),
        fields.number(Tags.QUOTE_BID_QUANTITY_E8),
        fields.number(Tags.QUOTE_ASK_PRICE_E8),
        fields.number(Tags.QUOTE_ASK_QUANTITY_E8));
  }

  private static BookChange bookChange(TlvFields fields) {
    return new BookChange(
        fields.integer(Tags.EVENT_INSTRUMENT),
        fields.number(Tags.EVENT_TIME_NS),
        EnumCodes.side(fields.at(Tags.EVENT_SIDE)),
        fields.number(Tags.EVENT_PRICE_E8),
        fields.number(Tags.EVENT_QUANTITY_E8),
        fields.flag(Tags.BOOK_LAST));
  }
}
