package ai.neo.orchestrator.running;

import ai.neo.orchestrator.trading.LoopEvent;
import java.util.PriorityQueue;

/** Events that will happen at a known time, in the order of that time and of their coming in. */
final class Schedule {
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long sequence;

  private record Entry(LoopEvent event, long sequence) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(event.timeNs(), other.event.timeNs());
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  void add(LoopEvent event) {
    entries.add(new Entry(event, sequence++));
  }

  /** Whether an event is due at the time or before. */
  boolean due(long timeNs) {
    Entry first = entries.peek();
    return first != null && first.event.timeNs() <= timeNs;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** The earliest event, taken out. */
  LoopEvent take() {
    return entries.remove().event();
  }

  /** Takes out the earliest scheduled event that equals the given one; false if there is none. */
  boolean remove(LoopEvent event) {
    for (Entry entry : entries) {
      if (entry.event.equals(event)) {
        entries.remove(entry);
        return true;
      }
    }
    return false;
  }
}
