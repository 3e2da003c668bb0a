package ai.neo.benchmarks;

import ai.neo.featurestore.FeaturePipeline;
import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.featurestore.indicator.Atr;
import ai.neo.featurestore.indicator.Bollinger;
import ai.neo.featurestore.indicator.Ema;
import ai.neo.featurestore.indicator.Macd;
import ai.neo.featurestore.indicator.Rsi;
import ai.neo.featurestore.indicator.Sma;
import ai.neo.tradingtypes.Bar;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one bar costs: supports computing features inside the trading loop, without a thread of
 * their own. Aims: the six classics below 50 ns, the default set below 1 µs, nothing allocated.
 *
 * <p>The baseline is what a plain loop over the last bars costs for one average and one deviation
 * of 20: an incremental indicator has to be worth its state.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FeatureSetBenchmark {
  private static final int BARS = 4096;

  /** So many that making a pipeline does not show. */
  private static final int PIPELINE_BARS = 1 << 16;

  private static final int PERIOD = 20;
  private static final long MINUTE_NS = 60_000_000_000L;

  private final Bar[] bars = new Bar[PIPELINE_BARS];
  private final double[] highs = new double[BARS];
  private final double[] lows = new double[BARS];
  private final double[] closes = new double[BARS];
  private final float[] target = new float[64];
  private final Rsi rsi = new Rsi(14);
  private final Macd macd = new Macd(12, 26, 9);
  private final Sma sma = new Sma(PERIOD);
  private final Ema ema = new Ema(12);
  private final Bollinger bollinger = new Bollinger(PERIOD, 2);
  private final Atr atr = new Atr(14);
  private FeatureSetDefinition definition;

  /** Makes the bars. */
  @Setup
  public void setUp() {
    definition = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    SplittableRandom random = new SplittableRandom(7);
    long price = 10_000_000_000L;
    for (int i = 0; i < PIPELINE_BARS; i++) {
      long close = price + random.nextLong(-20_000_000, 20_000_001);
      long high = Math.max(price, close) + random.nextLong(10_000_000);
      long low = Math.min(price, close) - random.nextLong(10_000_000);
      bars[i] =
          new Bar(
              0,
              i * MINUTE_NS,
              (i + 1) * MINUTE_NS,
              price,
              high,
              low,
              close,
              random.nextLong(5_000_000_000L));
      highs[i & (BARS - 1)] = high / 1e8;
      lows[i & (BARS - 1)] = low / 1e8;
      closes[i & (BARS - 1)] = close / 1e8;
      price = close;
    }
  }

  /** RSI, MACD, SMA, EMA, Bollinger and ATR: updated and read. */
  @Benchmark
  @OperationsPerInvocation(BARS)
  public double sixClassics() {
    double sum = 0;
    for (int i = 0; i < BARS; i++) {
      double close = closes[i];
      rsi.update(close);
      macd.update(close);
      sma.update(close);
      ema.update(close);
      bollinger.update(close);
      atr.update(highs[i], lows[i], close);
      sum +=
          rsi.value()
              + macd.histogram()
              + sma.value()
              + ema.value()
              + bollinger.percentB()
              + bollinger.width()
              + atr.value();
    }
    return sum;
  }

  /** The default set from bar to vector; making a new pipeline every 65,536 bars is in it. */
  @Benchmark
  @OperationsPerInvocation(PIPELINE_BARS)
  public float defaultSet() {
    FeaturePipeline pipeline = FeaturePipeline.of(definition);
    for (Bar bar : bars) {
      pipeline.onBar(bar);
      if (pipeline.ready()) {
        pipeline.copyTo(target);
      }
    }
    return target[0];
  }

  /** Baseline: mean and deviation of the last 20 closes by a plain loop. */
  @Benchmark
  @OperationsPerInvocation(BARS)
  public double plainLoopMeanAndDeviation() {
    double result = 0;
    for (int i = PERIOD; i < BARS; i++) {
      double sum = 0;
      for (int j = i - PERIOD; j < i; j++) {
        sum += closes[j];
      }
      double mean = sum / PERIOD;
      double squares = 0;
      for (int j = i - PERIOD; j < i; j++) {
        squares += (closes[j] - mean) * (closes[j] - mean);
      }
      result += mean + Math.sqrt(squares / PERIOD);
    }
    return result;
  }
}
