package ai.neo.orchestrator;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.featurestore.TrainingRows;
import ai.neo.orchestrator.gateway.ModelTraining;
import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import ai.neo.proto.learning.v1.TrainedSeries;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rows to train on, as a run of the same data would label them: from the part of a recording that
 * is never traded.
 *
 * @param features what the rows' numbers are
 * @param series what each number in the rows' {@code series} stands for
 * @param summary what they were made from
 * @param horizonNs how far their labels look ahead
 */
public record TrainingData(
    FeatureSetDefinition features,
    ModelTraining.Rows rows,
    List<TrainedSeries> series,
    String summary,
    long horizonNs) {
  public TrainingData {
    series = List.copyOf(series);
  }

  /** Computes a recording's rows. */
  public static TrainingData of(Recording recording) {
    FeatureSetDefinition features = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    List<List<Bar>> bars =
        recording.instruments().stream().map(one -> recording.trainingBars(one.id())).toList();
    return of(recording, features, bars);
  }

  /** The same of the part that is traded, which no training sees. */
  public static TrainingData ofTraded(Recording recording) {
    FeatureSetDefinition features = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    List<List<Bar>> bars = new ArrayList<>();
    recording.instruments().forEach(one -> bars.add(new ArrayList<>()));
    try (RecordedMarketData events = recording.open()) {
      for (Optional<MarketEvent> next = events.next(); next.isPresent(); next = events.next()) {
        if (next.get() instanceof Bar bar) {
          bars.get(bar.instrument()).add(bar);
        }
      }
    }
    return of(recording, features, bars);
  }

  private static TrainingData of(
      Recording recording, FeatureSetDefinition features, List<List<Bar>> bars) {
    List<TrainedSeries> series = series(recording.instruments(), bars, Orchestrator.HORIZON_BARS);
    return new TrainingData(
        features,
        rows(features, bars, Orchestrator.HORIZON_BARS, Orchestrator.LABEL_THRESHOLD),
        series,
        String.join("; ", recording.summaries()),
        series.stream().mapToLong(TrainedSeries::getHorizonNs).max().orElse(0));
  }

  /** Bars that a label looks ahead. */
  public int horizonBars() {
    return Orchestrator.HORIZON_BARS;
  }

  /** Names the instruments of {@link #rows}, in the order of their bars. */
  static List<TrainedSeries> series(
      List<Instrument> instruments, List<List<Bar>> bars, int horizonBars) {
    List<TrainedSeries> series = new ArrayList<>();
    for (int one = 0; one < bars.size(); one++) {
      List<Bar> own = bars.get(one);
      long bar = own.isEmpty() ? 0 : own.getFirst().closeTimeNs() - own.getFirst().openTimeNs();
      series.add(
          TrainedSeries.newBuilder()
              .setInstrument(instruments.get(one).symbol())
              .setBarNs(bar)
              .setHorizonNs(horizonBars * bar)
              .build());
    }
    return series;
  }

  /** The rows of each instrument's bars, one instrument after the other. */
  static ModelTraining.Rows rows(
      FeatureSetDefinition features, List<List<Bar>> bars, int horizonBars, double threshold) {
    List<TrainingRows> parts = new ArrayList<>();
    int count = 0;
    for (List<Bar> series : bars) {
      TrainingRows part = TrainingRows.build(features, series, horizonBars, threshold);
      parts.add(part);
      count += part.size();
    }
    int width = features.width();
    float[] values = new float[count * width];
    int[] labels = new int[count];
    float[] returns = new float[count];
    long[] times = new long[count];
    int[] series = new int[count];
    int at = 0;
    for (int one = 0; one < parts.size(); one++) {
      TrainingRows part = parts.get(one);
      for (int row = 0; row < part.size(); row++, at++) {
        part.copyRow(row, values, at * width);
        labels[at] = part.label(row);
        returns[at] = (float) part.forwardReturn(row);
        times[at] = part.timeNs(row);
        series[at] = one;
      }
    }
    return new ModelTraining.Rows(width, values, labels, returns, times, series);
  }
}
