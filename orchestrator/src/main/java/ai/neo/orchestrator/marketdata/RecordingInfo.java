package ai.neo.orchestrator.marketdata;

import java.util.Objects;

/**
 * One instrument's part of a recording.
 *
 * @param origin the file, as a person would name it
 * @param fromNs time of the first event
 * @param toNs time of the last event
 * @param intervalNs length of a bar; zero when the recording has no bars
 * @param events how many there are
 * @param hasBook whether order book changes are among them
 */
public record RecordingInfo(
    String origin, long fromNs, long toNs, long intervalNs, long events, boolean hasBook) {
  public RecordingInfo {
    Objects.requireNonNull(origin, "origin");
  }
}
