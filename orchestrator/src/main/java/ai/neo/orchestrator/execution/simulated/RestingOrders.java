package ai.neo.orchestrator.execution.simulated;

import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The orders that rest on one instrument. Those that wait for a better price are sorted by it, so
 * that an event costs as much as the orders that it may fill, and not as those that rest.
 */
final class RestingOrders {
  private static final Comparator<Resting> OLDEST_FIRST =
      Comparator.comparingLong(resting -> resting.sequence);

  private final Map<Long, Resting> atAnyPrice = new LinkedHashMap<>();
  private final NavigableMap<Long, Map<Long, Resting>> buys = new TreeMap<>();
  private final NavigableMap<Long, Map<Long, Resting>> sells = new TreeMap<>();

  /** Whether the order has no worst price. */
  static boolean takesAnyPrice(Order order) {
    return order.type() == OrderType.MARKET && order.limitPriceE8() == 0;
  }

  boolean isEmpty() {
    return atAnyPrice.isEmpty() && buys.isEmpty() && sells.isEmpty();
  }

  void add(Resting resting) {
    if (takesAnyPrice(resting.order)) {
      atAnyPrice.put(resting.sequence, resting);
    } else {
      side(resting.order)
          .computeIfAbsent(resting.order.limitPriceE8(), price -> new LinkedHashMap<>())
          .put(resting.sequence, resting);
    }
  }

  void remove(Resting resting) {
    if (takesAnyPrice(resting.order)) {
      atAnyPrice.remove(resting.sequence);
    } else {
      side(resting.order)
          .computeIfPresent(
              resting.order.limitPriceE8(),
              (price, level) -> {
                level.remove(resting.sequence);
                return level.isEmpty() ? null : level;
              });
    }
  }

  /**
   * Those that take a price as good as these, oldest first; a copy.
   *
   * @param lowestBuyE8 the best that a buyer can get; {@link Long#MAX_VALUE} for nothing
   * @param highestSellE8 the best that a seller can get; {@link Long#MIN_VALUE} for nothing
   */
  List<Resting> thatMayTrade(long lowestBuyE8, long highestSellE8) {
    List<Resting> all = new ArrayList<>(atAnyPrice.values());
    int unsorted = all.size();
    buys.tailMap(lowestBuyE8, true).values().forEach(level -> all.addAll(level.values()));
    sells.headMap(highestSellE8, true).values().forEach(level -> all.addAll(level.values()));
    if (all.size() > unsorted) {
      all.sort(OLDEST_FIRST);
    }
    return all;
  }

  private NavigableMap<Long, Map<Long, Resting>> side(Order order) {
    return order.side() == Side.BUY ? buys : sells;
  }
}
