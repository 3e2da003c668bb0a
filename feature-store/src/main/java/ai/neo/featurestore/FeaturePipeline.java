package ai.neo.featurestore;

import ai.neo.featurestore.book.OrderBook;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Quote;
import java.util.HashMap;
import java.util.Map;

/**
 * Computes one feature set for one instrument, event by event: the same code in training, backtest,
 * replay and live trading, with the same result to the bit on every machine.
 *
 * <p>Features change at a bar's close only; book changes and quotes before it are what its book
 * features look at. Nothing is allocated per event. One thread at a time.
 *
 * <p><b>Gaps.</b> Indicators count bars, not time: where intervals are missing the next bar follows
 * the last one as if nothing were between, so a return over one bar spans the gap. {@link
 * #missingBars()} counts them. A bar that does not close after the last one, such as one delivered
 * twice, is ignored and counted by {@link #ignoredBars()}.
 */
public final class FeaturePipeline {
  private static final int NO_INSTRUMENT = -1;

  private final FeatureSetDefinition definition;
  private final Map<String, Integer> indexOfName = new HashMap<>();
  private final LatestBook book = new LatestBook();
  private final BarValues bar = new BarValues();
  private final SharedIndicators.Step[] steps;
  private final FeatureCalculators.Calculator[] calculators;
  private final double[] scales;
  private final double[] clips;
  private final double[] values;
  private int instrument = NO_INSTRUMENT;
  private long lastCloseNs = Long.MIN_VALUE;
  private long missingBars;
  private long ignoredBars;
  private boolean ready;

  private FeaturePipeline(FeatureSetDefinition definition) {
    this.definition = definition;
    int width = definition.width();
    calculators = new FeatureCalculators.Calculator[width];
    scales = new double[width];
    clips = new double[width];
    values = new double[width];
    SharedIndicators indicators = new SharedIndicators();
    FeatureCalculators makers = new FeatureCalculators(definition, indicators, book);
    for (int i = 0; i < width; i++) {
      FeatureDefinition feature = definition.features().get(i);
      indexOfName.put(feature.name(), i);
      calculators[i] = makers.of(feature);
      scales[i] = feature.number(FeatureKind.SCALE);
      clips[i] = feature.number(FeatureKind.CLIP);
      values[i] = Double.NaN;
    }
    steps = indicators.steps();
  }

  /** A pipeline that has seen nothing yet. It takes the instrument of its first event. */
  public static FeaturePipeline of(FeatureSetDefinition definition) {
    return new FeaturePipeline(definition);
  }

  /**
   * Takes a closed bar and computes all features.
   *
   * @throws IllegalArgumentException if the bar is of another instrument than events before it
   */
  public void onBar(Bar closed) {
    checkInstrument(closed);
    if (closed.closeTimeNs() <= lastCloseNs) {
      ignoredBars++;
      return;
    }
    if (lastCloseNs != Long.MIN_VALUE && closed.openTimeNs() > lastCloseNs) {
      long durationNs = closed.closeTimeNs() - closed.openTimeNs();
      missingBars += Math.round((closed.openTimeNs() - lastCloseNs) / (double) durationNs);
    }
    lastCloseNs = closed.closeTimeNs();
    bar.set(closed);
    for (SharedIndicators.Step step : steps) {
      step.update(bar);
    }
    compute();
  }

  private void compute() {
    boolean complete = true;
    for (int i = 0; i < values.length; i++) {
      double value = calculators[i].at(bar) * scales[i];
      values[i] = Math.max(-clips[i], Math.min(clips[i], value));
      complete &= !Double.isNaN(value);
    }
    if (ready && !complete) {
      throw new IllegalStateException(
          "a feature of " + definition + " became unknown at time_ns=" + lastCloseNs);
    }
    ready = complete;
  }

  /** Takes a change of the order book. */
  public void onBook(BookChange change) {
    checkInstrument(change);
    book.apply(change);
  }

  /** Takes a quote: looked at where no order book is published. */
  public void onQuote(Quote quote) {
    checkInstrument(quote);
    book.apply(quote);
  }

  private void checkInstrument(MarketEvent event) {
    if (event.instrument() == instrument) {
      return;
    }
    if (instrument != NO_INSTRUMENT) {
      throw new IllegalArgumentException(
          "instrument=" + event.instrument() + " in the pipeline of instrument=" + instrument);
    }
    instrument = event.instrument();
  }

  /** Whether every feature is known; once so, it stays so. */
  public boolean ready() {
    return ready;
  }

  /** Length of the vector. */
  public int width() {
    return values.length;
  }

  /**
   * Writes the features at the last bar's close, in the order of the definition, all finite.
   *
   * @throws IllegalStateException if not {@link #ready()}
   * @throws IllegalArgumentException if the target is shorter than {@link #width()}
   */
  public void copyTo(float[] target) {
    if (!ready) {
      throw new IllegalStateException(
          "features of "
              + definition
              + " are not ready, they need bars="
              + definition.barsNeeded());
    }
    if (target.length < values.length) {
      throw new IllegalArgumentException(
          "target length=" + target.length + ", expected at least " + values.length);
    }
    for (int i = 0; i < values.length; i++) {
      target[i] = (float) values[i];
    }
  }

  /**
   * One feature at the last bar's close, {@code NaN} while it is not known: for display.
   *
   * @throws IllegalArgumentException if the set has no feature of this name
   */
  public double valueOf(String featureName) {
    Integer index = indexOfName.get(featureName);
    if (index == null) {
      throw new IllegalArgumentException(
          NearestName.explain("feature", featureName, definition.names()));
    }
    return values[index];
  }

  /** What is computed. */
  public FeatureSetDefinition definition() {
    return definition;
  }

  /** The order book as of the last change: for reading only. */
  public OrderBook book() {
    return book.book();
  }

  /** Number of intervals between bars for which none came. */
  public long missingBars() {
    return missingBars;
  }

  /** Number of bars that were ignored because they did not close after the one before. */
  public long ignoredBars() {
    return ignoredBars;
  }
}
