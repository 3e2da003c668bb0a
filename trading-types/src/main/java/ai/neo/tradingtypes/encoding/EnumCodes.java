package ai.neo.tradingtypes.encoding;

import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;

/** The numbers that stand for enum constants: never ordinals, so constants can be reordered. */
final class EnumCodes {
  private EnumCodes() {}

  static int of(Side side) {
    return switch (side) {
      case BUY -> 1;
      case SELL -> 2;
    };
  }

  static Side side(TlvReader field) {
    int code = field.asInt();
    return switch (code) {
      case 1 -> Side.BUY;
      case 2 -> Side.SELL;
      default -> throw field.wrong("side=" + code + ", expected 1 (buy) or 2 (sell)");
    };
  }

  static int of(OrderType type) {
    return switch (type) {
      case MARKET -> 1;
      case LIMIT -> 2;
    };
  }

  static OrderType orderType(TlvReader field) {
    int code = field.asInt();
    return switch (code) {
      case 1 -> OrderType.MARKET;
      case 2 -> OrderType.LIMIT;
      default -> throw field.wrong("order_type=" + code + ", expected 1 (market) or 2 (limit)");
    };
  }
}
