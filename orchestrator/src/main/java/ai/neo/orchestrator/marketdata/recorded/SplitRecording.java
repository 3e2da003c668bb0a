package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.Instrument;
import java.util.List;

/**
 * A recording in two parts without a bar in common.
 *
 * @param training bars to train on, by {@link Instrument#id()}, oldest first; empty for an
 *     instrument without a candle file
 * @param trading the events that come after
 */
public record SplitRecording(List<List<Bar>> training, RecordedMarketData trading) {
  public SplitRecording {
    training = training.stream().map(List::copyOf).toList();
  }
}
