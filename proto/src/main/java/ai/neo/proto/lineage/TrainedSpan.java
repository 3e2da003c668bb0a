package ai.neo.proto.lineage;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rows of one instrument that a version was trained on. A version's data description ends with
 * them in brackets; who judges the version reads them there. Immutable.
 *
 * @param instrument its symbol; one word without {@code ; [ ]}
 * @param rows how many
 * @param barNs length of a bar
 * @param fromNs of the first row
 * @param toNs of the last row
 * @param horizonNs how far the rows' labels look ahead
 */
public record TrainedSpan(
    String instrument, long rows, long barNs, long fromNs, long toNs, long horizonNs) {
  private static final Pattern INSTRUMENT = Pattern.compile("[^\\s\\p{Cntrl};\\[\\]]{1,255}");
  private static final Pattern TEXT =
      Pattern.compile(
          "; of (\\S+): (\\d{1,19}) rows, bars of (\\d{1,19}) ns, times (\\d{1,19}) to (\\d{1,19})"
              + " ns, labels (\\d{1,19}) ns ahead");

  public TrainedSpan {
    requireInstrument(instrument);
    if (rows < 1 || barNs < 0 || horizonNs < 0 || fromNs < 0 || toNs < fromNs) {
      throw new IllegalArgumentException(
          "%s: expected a row or more, no negative length and no end before its beginning; rows=%d,"
                  .formatted(instrument, rows)
              + " bar_ns=%d, times %d to %d, horizon_ns=%d"
                  .formatted(barNs, fromNs, toNs, horizonNs));
    }
  }

  /**
   * Checks a name.
   *
   * @throws IllegalArgumentException when it is no instrument's
   */
  public static void requireInstrument(String name) {
    if (!INSTRUMENT.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "instrument '%s' must be 1 to 255 characters without spaces, ';', '[' and ']'"
              .formatted(name));
    }
  }

  /** As {@link #in} finds it. */
  public String text() {
    return "; of %s: %d rows, bars of %d ns, times %d to %d ns, labels %d ns ahead"
        .formatted(instrument, rows, barNs, fromNs, toNs, horizonNs);
  }

  /**
   * The spans in a text, in their order; none where it names no instrument.
   *
   * @throws IllegalArgumentException when a number in it is none that {@link #text} writes
   */
  public static List<TrainedSpan> in(String text) {
    List<TrainedSpan> spans = new ArrayList<>();
    Matcher matcher = TEXT.matcher(text);
    while (matcher.find()) {
      spans.add(
          new TrainedSpan(
              matcher.group(1),
              Long.parseLong(matcher.group(2)),
              Long.parseLong(matcher.group(3)),
              Long.parseLong(matcher.group(4)),
              Long.parseLong(matcher.group(5)),
              Long.parseLong(matcher.group(6))));
    }
    return List.copyOf(spans);
  }
}
