package ai.neo.orchestrator.marketdata.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.neo.orchestrator.marketdata.DecimalText;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the columns of a candle file without a header: the time first, then the order of prices in
 * which the high is always the highest and the low the lowest.
 */
final class ColumnOrder {
  /** Offsets of open, high, low, close, as venues order them; the first that fits best is taken. */
  private static final int[][] ORDERS = {
    {0, 1, 2, 3}, // open high low close: most
    {0, 2, 3, 1}, // open close high low: Bitfinex
    {2, 1, 0, 3}, // low high open close: Coinbase Exchange
    {2, 0, 1, 3}, // high low open close
    {1, 2, 3, 0}, // close open high low
  };

  private final Path file;
  private final List<SampledRow> rows;

  ColumnOrder(Path file, List<SampledRow> rows) {
    this.file = file;
    this.rows = rows;
  }

  CandleLayout.Columns columns(boolean dayIsKnown) {
    SampledRow first = rows.getFirst();
    int time = 0;
    while (time < first.fields().size()
        && TimeFormat.of(first.fields().get(time), dayIsKnown).isEmpty()) {
      time++;
    }
    if (time == first.fields().size()) {
      throw new BadMarketDataException(
          file,
          first.line(),
          "no field looks like a time: " + String.join(", ", first.fields()),
          "Give the file a header line: time,open,high,low,close,volume");
    }
    int timeOfDay =
        time + 1 < first.fields().size() && first.fields().get(time + 1).contains(":")
            ? time + 1
            : -1;
    int price = Math.max(time, timeOfDay) + 1;
    int width = first.fields().size();
    if (width < price + 5) {
      throw new BadMarketDataException(
          file,
          first.line(),
          width + " fields, expected a time, four prices and a volume",
          "Give the file a header line: time,open,high,low,close,volume");
    }
    int[] order = bestOrder(price);
    return new CandleLayout.Columns(
        time,
        timeOfDay,
        price + order[0],
        price + order[1],
        price + order[2],
        price + order[3],
        price + 4);
  }

  private int[] bestOrder(int price) {
    int[] best = ORDERS[0];
    long mostFits = -1;
    for (int[] order : ORDERS) {
      long fits = rows.stream().filter(row -> fits(row, price, order)).count();
      if (fits > mostFits) {
        mostFits = fits;
        best = order;
      }
    }
    return best;
  }

  private static boolean fits(SampledRow row, int price, int[] order) {
    if (row.fields().size() < price + 4) {
      return false;
    }
    try {
      long open = number(row, price + order[0]);
      long high = number(row, price + order[1]);
      long low = number(row, price + order[2]);
      long close = number(row, price + order[3]);
      return high >= Math.max(open, close) && low <= Math.min(open, close);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static long number(SampledRow row, int field) {
    byte[] bytes = row.fields().get(field).getBytes(UTF_8);
    return DecimalText.parseE8(bytes, 0, bytes.length);
  }
}
