package ai.neo.tradingtypes.encoding;

/**
 * Every tag of this module, in one place. A tag keeps its meaning for ever; a retired one is not
 * used again.
 *
 * <pre>
 *    1 –   63  market events
 *   64 –   95  orders
 *   96 –  127  fills
 *  128 –  255  kept free for this module
 *  256 –       other modules' payloads
 * </pre>
 *
 * <p>The ranges do not overlap, so a payload may hold an order beside fields of its writer's own.
 * The codecs take the first field of a tag in their range as the only one: a second is an error.
 */
public final class Tags {
  /** 1 byte: 1 bar, 2 trade, 3 quote, 4 book change. */
  public static final int EVENT_KIND = 1;

  /** 4 bytes. */
  public static final int EVENT_INSTRUMENT = 2;

  /** 8 bytes, ns since 1970 UTC: the close of a bar, the venue's time of the rest. */
  public static final int EVENT_TIME_NS = 3;

  /** 8 bytes, ns since 1970 UTC; the next four are 8 bytes in 1e-8 units. */
  public static final int BAR_OPEN_TIME_NS = 4;

  public static final int BAR_OPEN_E8 = 5;
  public static final int BAR_HIGH_E8 = 6;
  public static final int BAR_LOW_E8 = 7;
  public static final int BAR_CLOSE_E8 = 8;
  public static final int BAR_VOLUME_E8 = 9;

  /** 8 bytes in 1e-8 units: of a trade and of a book change. */
  public static final int EVENT_PRICE_E8 = 10;

  public static final int EVENT_QUANTITY_E8 = 11;

  /** 1 byte: 1 buy, 2 sell. A trade's aggressor, a book change's side. */
  public static final int EVENT_SIDE = 12;

  /** 8 bytes. */
  public static final int TRADE_ID = 13;

  /** 8 bytes in 1e-8 units, as are the next three. */
  public static final int QUOTE_BID_PRICE_E8 = 14;

  public static final int QUOTE_BID_QUANTITY_E8 = 15;
  public static final int QUOTE_ASK_PRICE_E8 = 16;
  public static final int QUOTE_ASK_QUANTITY_E8 = 17;

  /** 1 byte: 1 if the book is consistent after this change. */
  public static final int BOOK_LAST = 18;

  /** Text. */
  public static final int ORDER_CLIENT_ID = 64;

  /** 4 bytes. */
  public static final int ORDER_INSTRUMENT = 65;

  /** Text. */
  public static final int ORDER_STRATEGY = 66;

  /** 1 byte: 1 buy, 2 sell. */
  public static final int ORDER_SIDE = 67;

  /** 1 byte: 1 market, 2 limit. */
  public static final int ORDER_TYPE = 68;

  /** 8 bytes in 1e-8 units. */
  public static final int ORDER_QUANTITY_E8 = 69;

  /** 8 bytes in 1e-8 units; 0 for none. */
  public static final int ORDER_LIMIT_PRICE_E8 = 70;

  /** 1 byte: 1 if the order may only reduce. */
  public static final int ORDER_REDUCE_ONLY = 71;

  /** 8 bytes. */
  public static final int ORDER_DECISION_ID = 72;

  /** 8 bytes, ns since 1970 UTC. */
  public static final int ORDER_CREATED_NS = 73;

  /** Text. */
  public static final int FILL_TRADE_ID = 96;

  /** Text. */
  public static final int FILL_CLIENT_ORDER_ID = 97;

  /** 4 bytes. */
  public static final int FILL_INSTRUMENT = 98;

  /** Text. */
  public static final int FILL_STRATEGY = 99;

  /** 1 byte: 1 buy, 2 sell. */
  public static final int FILL_SIDE = 100;

  /** 8 bytes in 1e-8 units, as are the next two. */
  public static final int FILL_PRICE_E8 = 101;

  public static final int FILL_QUANTITY_E8 = 102;
  public static final int FILL_FEE_E8 = 103;

  /** 8 bytes, ns since 1970 UTC. */
  public static final int FILL_TIME_NS = 104;

  /** First and last tag of each range. */
  static final int EVENT_FIRST = 1;

  static final int EVENT_LAST = 63;
  static final int ORDER_FIRST = 64;
  static final int ORDER_LAST = 95;
  static final int FILL_FIRST = 96;
  static final int FILL_LAST = 127;

  private Tags() {}
}
