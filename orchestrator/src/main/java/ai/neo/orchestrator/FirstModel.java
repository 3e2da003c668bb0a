package ai.neo.orchestrator;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.featurestore.TrainingRows;
import ai.neo.orchestrator.gateway.ModelTraining;
import ai.neo.orchestrator.gateway.RegistryView;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.tradingtypes.Instrument;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The version that a run begins with where the registry has none: trained on its data's past. */
final class FirstModel {
  private final Channel channel;
  private final RunDefinition definition;

  FirstModel(Channel channel, RunDefinition definition) {
    this.channel = channel;
    this.definition = definition;
  }

  /** Returns at once where a champion serves. Blocks while it trains, and tells how far it is. */
  void trainUnlessThere(MarketSource source) throws InterruptedException {
    String model = definition.loop().model();
    if (new RegistryView(channel, model).hasChampion()) {
      return;
    }
    FeatureSetDefinition features = FeatureSetDefinition.parse(definition.featuresYaml());
    List<TrainingRows> parts = new ArrayList<>();
    int rows = 0;
    for (Instrument instrument : source.instruments()) {
      TrainingRows part =
          TrainingRows.build(
              features,
              source.trainingBars(instrument.id()),
              definition.loop().horizonBars(),
              definition.loop().labelThreshold());
      parts.add(part);
      rows += part.size();
    }
    System.err.printf("neo: training the first model on %d rows that are never traded%n", rows);
    new ModelTraining(channel)
        .train(
            TrainHeader.newBuilder()
                .setModel(model)
                .setFeatureSetId(features.id())
                .setFeatures(features.width())
                .setSeed(definition.seed())
                .setDataDescription(String.join("; ", source.summaries()))
                .build(),
            joined(features.width(), rows, parts),
            progress ->
                System.err.printf(
                    Locale.ROOT,
                    "neo: epoch %d of %d, loss %.4f, right on unseen rows %.1f%%%n",
                    progress.getEpoch(),
                    progress.getEpochs(),
                    progress.getLoss(),
                    100 * progress.getHeldOutAccuracy()));
  }

  private static ModelTraining.Rows joined(int width, int rows, List<TrainingRows> parts) {
    float[] features = new float[rows * width];
    int[] labels = new int[rows];
    float[] returns = new float[rows];
    long[] times = new long[rows];
    int at = 0;
    for (TrainingRows part : parts) {
      for (int row = 0; row < part.size(); row++, at++) {
        part.copyRow(row, features, at * width);
        labels[at] = part.label(row);
        returns[at] = (float) part.forwardReturn(row);
        times[at] = part.timeNs(row);
      }
    }
    return new ModelTraining.Rows(width, features, labels, returns, times);
  }
}
