package ai.neo.orchestrator;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.gateway.ModelTraining;
import ai.neo.orchestrator.gateway.RegistryView;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.tradingtypes.Bar;
import io.grpc.Channel;
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
    List<List<Bar>> bars =
        source.instruments().stream().map(one -> source.trainingBars(one.id())).toList();
    int horizonBars = definition.loop().horizonBars();
    ModelTraining.Rows rows =
        TrainingData.rows(features, bars, horizonBars, definition.loop().labelThreshold());
    System.err.printf(
        "neo: training the first model on %d rows that are never traded%n", rows.count());
    new ModelTraining(channel)
        .train(
            TrainHeader.newBuilder()
                .setModel(model)
                .setFeatureSetId(features.id())
                .setFeatures(features.width())
                .setSeed(definition.seed())
                .setDataDescription(String.join("; ", source.summaries()))
                .addAllSeries(TrainingData.series(source.instruments(), bars, horizonBars))
                .build(),
            rows,
            progress ->
                System.err.printf(
                    Locale.ROOT,
                    "neo: epoch %d of %d, loss %.4f, right on unseen rows %.1f%%%n",
                    progress.getEpoch(),
                    progress.getEpochs(),
                    progress.getLoss(),
                    100 * progress.getHeldOutAccuracy()));
  }
}
