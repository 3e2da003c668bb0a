package ai.neo.orchestrator.trading;

import ai.neo.featurestore.FeaturePipeline;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.strategy.Strategy;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Trade;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What the loop remembers of one instrument. */
public final class InstrumentState {
  /** Weight of the newest squared return in the running variance (RiskMetrics' lambda, 0.94). */
  private static final double VARIANCE_WEIGHT = 0.06;

  private final Instrument instrument;
  private final FeaturePipeline features;
  private final List<Strategy> strategies;
  private final boolean usesModel;
  private final int[] openedAtBar;
  private final Deque<Outcome> outcomes = new ArrayDeque<>();
  private long lastPriceE8;
  private long lastDataNs;
  private long lastBarTimeNs;
  private int bars;
  private double variance;

  /** A prediction whose outcome is not known yet. */
  record Outcome(Prediction prediction, float[] features, long closeE8, int dueBar, long dueNs) {}

  InstrumentState(Instrument instrument, FeaturePipeline features, List<Strategy> strategies) {
    this.instrument = instrument;
    this.features = features;
    this.strategies = List.copyOf(strategies);
    this.usesModel = strategies.stream().anyMatch(Strategy::usesModel);
    this.openedAtBar = new int[strategies.size()];
  }

  void onBar(Bar bar) {
    if (lastPriceE8 > 0) {
      double change = Math.log((double) bar.closeE8() / lastPriceE8);
      variance += VARIANCE_WEIGHT * (change * change - variance);
    }
    if (usesModel) { // Nobody else looks at the features.
      features.onBar(bar);
    }
    lastPriceE8 = bar.closeE8();
    lastDataNs = bar.timeNs();
    lastBarTimeNs = bar.timeNs();
    bars++;
  }

  void onBook(BookChange change) {
    if (usesModel) {
      features.onBook(change);
    }
    lastDataNs = change.timeNs();
  }

  void onQuote(Quote quote) {
    if (usesModel) {
      features.onQuote(quote);
    }
    lastPriceE8 = quote.midE8();
    lastDataNs = quote.timeNs();
  }

  void onTrade(Trade trade) {
    lastPriceE8 = trade.priceE8();
    lastDataNs = trade.timeNs();
  }

  /** The features of the last closed bar, in an array of the caller's own. */
  float[] vector() {
    float[] values = new float[features.width()];
    features.copyTo(values);
    return values;
  }

  void await(Outcome outcome) {
    outcomes.addLast(outcome);
  }

  /** The oldest outcome that is known by now, taken out; null when there is none. */
  Outcome matured() {
    Outcome oldest = outcomes.peekFirst();
    return oldest != null && oldest.dueBar() <= bars ? outcomes.removeFirst() : null;
  }

  void opened(int strategy) {
    openedAtBar[strategy] = bars;
  }

  int barsSinceOpened(int strategy) {
    return bars - openedAtBar[strategy];
  }

  Instrument instrument() {
    return instrument;
  }

  boolean featuresReady() {
    return features.ready();
  }

  List<Strategy> strategies() {
    return strategies;
  }

  long lastPriceE8() {
    return lastPriceE8;
  }

  long lastDataNs() {
    return lastDataNs;
  }

  long lastBarTimeNs() {
    return lastBarTimeNs;
  }

  int bars() {
    return bars;
  }

  /** Standard deviation of log returns per bar, exponentially weighted. */
  double volatility() {
    return Math.sqrt(variance);
  }
}
