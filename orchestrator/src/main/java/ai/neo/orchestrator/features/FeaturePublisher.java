package ai.neo.orchestrator.features;

import ai.neo.featurestore.FeatureVector;
import ai.neo.featurestore.OnlineFeatureStore;
import ai.neo.orchestrator.running.RunListener;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.TradingLoop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Hands the features that the model is asked with to the online store. Nothing waits for the store,
 * and no decision reads it: with Redis away the run decides the same.
 */
public final class FeaturePublisher implements RunListener {
  private final OnlineFeatureStore store;
  private final String featureSetId;
  private final List<String> symbols;
  private final AtomicReferenceArray<FeatureVector> newest;

  /**
   * @param symbols by instrument id
   */
  public FeaturePublisher(OnlineFeatureStore store, String featureSetId, List<String> symbols) {
    this.store = store;
    this.featureSetId = featureSetId;
    this.symbols = List.copyOf(symbols);
    this.newest = new AtomicReferenceArray<>(symbols.size());
  }

  @Override
  public void heard(LoopEvent event, TradingLoop loop) {
    // Features show in what is asked with them.
  }

  @Override
  public void said(LoopCommand command) {
    if (command instanceof LoopCommand.Predict asked) {
      FeatureVector vector =
          new FeatureVector(
              symbols.get(asked.instrument()), featureSetId, asked.timeNs(), asked.features());
      newest.set(asked.instrument(), vector);
      store.putLatest(vector);
    }
  }

  /** The newest vector as this process knows it; any thread may ask. */
  Optional<FeatureVector> newest(String symbol) {
    int instrument = symbols.indexOf(symbol);
    return instrument < 0 ? Optional.empty() : Optional.ofNullable(newest.get(instrument));
  }

  List<String> symbols() {
    return symbols;
  }
}
