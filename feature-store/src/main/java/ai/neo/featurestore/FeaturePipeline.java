package ai.neo.featurestore;

import ai.neo.featurestore.book.OrderBook;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Quote;

/**
 * The features of one instrument, kept up to date bar by bar.
 *
 * <p>Deterministic, and nothing is allocated per update. A bar that is missing is simply not
 * there: indicators count bars, not time. Not thread-safe.
 */
public final class FeaturePipeline {
  private final FeatureSetDefinition definition;
  private final Feature[] features;
  private final OrderBook book = new OrderBook();
  private boolean ready;

  private FeaturePipeline(FeatureSetDefinition definition) {
    this.definition = definition;
    this.features = new Feature[definition.width()];
    for (int i = 0; i < features.length; i++) {
      features[i] = Feature.of(definition.features().get(i), book);
    }
  }

  /** A pipeline that has seen nothing. */
  public static FeaturePipeline of(FeatureSetDefinition definition) {
    return new FeaturePipeline(definition);
  }

  public FeatureSetDefinition definition() {
    return definition;
  }

  /** Takes a closed bar in. */
  public void onBar(Bar bar) {
    boolean all = true;
    for (Feature feature : features) {
      feature.onBar(bar);
      all &= Double.isFinite(feature.value());
    }
    ready = all;
  }

  /** Takes a change of the order book in; features see it at the next bar. */
  public void onBook(BookChange change) {
    book.apply(change);
  }

  /** Quotes carry nothing that the book does not; a set may come to use them. */
  public void onQuote(Quote quote) {
    // No feature is made of quotes yet.
  }

  /** Whether every feature of the last bar is a finite number. */
  public boolean ready() {
    return ready;
  }

  /** How many numbers a vector has. */
  public int width() {
    return features.length;
  }

  /**
   * Writes the vector of the last bar.
   *
   * @param target at least {@link #width()} long
   * @throws IllegalStateException if not {@link #ready()}
   */
  public void copyTo(float[] target) {
    if (!ready) {
      throw new IllegalStateException("the features are not ready yet");
    }
    for (int i = 0; i < features.length; i++) {
      target[i] = (float) features[i].value();
    }
  }
}
