package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.orchestrator.marketdata.RecordingInfo;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/** Several files merged by (time, instrument, order of the files), each read only as it is needed. */
final class MergedRecording implements RecordedMarketData {
  private final Recording recording;
  private final List<Long> fromNs;
  private final long toNs;
  private final List<Source> sources = new ArrayList<>();
  private final PriorityQueue<Source> waiting = new PriorityQueue<>();
  private Source current;

  /**
   * @param fromNs for each part, the first time that is wanted
   * @param toNs first time that is no longer wanted
   */
  MergedRecording(Recording recording, List<Long> fromNs, long toNs) {
    this.recording = recording;
    this.fromNs = List.copyOf(fromNs);
    this.toNs = toNs;
    try {
      for (int order = 0; order < recording.parts().size(); order++) {
        Source source = open(order);
        sources.add(source);
        if (source.advance()) {
          waiting.add(source);
        }
      }
    } catch (RuntimeException e) {
      sources.forEach(Source::close);
      throw e;
    }
  }

  private Source open(int order) {
    Recording.Part part = recording.parts().get(order);
    return new Source(part.open(fromNs.get(order)), order, fromNs.get(order), toNs);
  }

  @Override
  public List<Instrument> instruments() {
    return recording.instruments();
  }

  @Override
  public RecordingInfo info(int instrument) {
    Set<String> origins = new LinkedHashSet<>();
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    long interval = 0;
    long events = 0;
    boolean book = false;
    for (int order = 0; order < recording.parts().size(); order++) {
      Recording.Part part = recording.parts().get(order);
      if (part.instrument() != instrument) {
        continue;
      }
      origins.add(String.valueOf(part.file().path().getFileName()));
      interval = interval == 0 ? part.file().intervalNs() : interval;
      try (Source source = open(order)) {
        while (source.advance()) {
          MarketEvent event = source.cursor.event();
          first = Math.min(first, event.timeNs());
          last = Math.max(last, event.timeNs());
          book |= event instanceof BookChange;
          events++;
        }
      }
    }
    if (origins.isEmpty()) {
      throw new IllegalArgumentException(
          "instrument=" + instrument + ", expected 0 to " + (instruments().size() - 1));
    }
    String origin = String.join(", ", origins);
    return events == 0
        ? new RecordingInfo(origin, 0, 0, interval, 0, false)
        : new RecordingInfo(origin, first, last, interval, events, book);
  }

  @Override
  public Optional<MarketEvent> next() {
    if (current != null) {
      if (!current.advance()) {
        current = null;
      } else if (!waiting.isEmpty() && waiting.peek().compareTo(current) < 0) {
        waiting.add(current);
        current = null;
      }
    }
    if (current == null) {
      current = waiting.poll();
    }
    return current == null ? Optional.empty() : Optional.of(current.cursor.event());
  }

  @Override
  public void close() {
    sources.forEach(Source::close);
  }

  /** One file and the event that it stands at. */
  private static final class Source implements Comparable<Source>, AutoCloseable {
    private final EventCursor cursor;
    private final int order;
    private final long fromNs;
    private final long toNs;
    private long timeNs;
    private int instrument;

    Source(EventCursor cursor, int order, long fromNs, long toNs) {
      this.cursor = cursor;
      this.order = order;
      this.fromNs = fromNs;
      this.toNs = toNs;
    }

    boolean advance() {
      while (cursor.advance()) {
        timeNs = cursor.event().timeNs();
        instrument = cursor.event().instrument();
        if (timeNs >= toNs) {
          return false;
        }
        if (timeNs >= fromNs) {
          return true;
        }
      }
      return false;
    }

    @Override
    public int compareTo(Source other) {
      int byTime = Long.compare(timeNs, other.timeNs);
      if (byTime != 0) {
        return byTime;
      }
      int byInstrument = Integer.compare(instrument, other.instrument);
      return byInstrument != 0 ? byInstrument : Integer.compare(order, other.order);
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
