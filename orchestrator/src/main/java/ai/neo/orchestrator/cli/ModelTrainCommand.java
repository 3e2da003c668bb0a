package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.TrainingData;
import ai.neo.orchestrator.gateway.ModelTraining;
import ai.neo.proto.learning.v1.NetworkChoice;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.learning.v1.TrainProgress;
import io.grpc.Channel;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo model train}. */
@CommandLine.Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description =
        "Trains a network in the model tier while the loop runs, and registers it as a candidate;"
            + " it does not serve before it is promoted.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model train",
      "  ./neo model train --architecture lstm --window 16 --epochs 4",
      "  ./neo model train --architecture transformer --calibrate temperature --dropout 0.1",
      "  ./neo model train --architecture autoencoder --pretrain contrastive --json",
      "  ./neo model train --model spread --gateway models.lan:8021",
      "  ./neo model train --data my-candles.csv --seed 7"
    })
final class ModelTrainCommand implements Callable<Integer> {
  private static final int BAR_WIDTH = 24;
  private static final Set<String> ONE_VECTOR = Set.of("mlp", "autoencoder");

  @CommandLine.Mixin private TierDoor door;
  @CommandLine.Mixin private ModelOption model;
  @CommandLine.Mixin private RecordedDataOption data;

  @CommandLine.Option(
      names = "--architecture",
      paramLabel = "NAME",
      defaultValue = "mlp",
      description = "mlp, lstm, gru, transformer or autoencoder (default: ${DEFAULT-VALUE}).")
  private String architecture;

  @CommandLine.Option(
      names = "--window",
      paramLabel = "T",
      description = "Feature vectors that lstm, gru and transformer look at (default: 16).")
  private Optional<Integer> window = Optional.empty();

  @CommandLine.Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the rows (default: the gateway's).")
  private Optional<Integer> epochs = Optional.empty();

  @CommandLine.Option(
      names = "--pretrain",
      paramLabel = "HOW",
      description = "contrastive: the encoder first learns from pairs of views, without labels.")
  private Optional<String> pretrain = Optional.empty();

  @CommandLine.Option(
      names = "--calibrate",
      paramLabel = "HOW",
      description = "temperature or isotonic, on rows that were not trained on.")
  private Optional<String> calibrate = Optional.empty();

  @CommandLine.Option(
      names = "--dropout",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "Above 0 the network is trained with it and answers its uncertainty.")
  private float dropout;

  @CommandLine.Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "The same data and seed give the same file (default: ${DEFAULT-VALUE}).")
  private long seed;

  @CommandLine.Option(names = "--json", description = "The result as one JSON object on stdout.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    NetworkChoice.Builder network = network();
    TrainProgress last = door.withGateway(channel -> train(channel, network));
    print(last);
    return 0;
  }

  private TrainProgress train(Channel channel, NetworkChoice.Builder network)
      throws InterruptedException {
    TrainingData training = data.read();
    System.err.printf(
        Locale.ROOT,
        "neo: training %s on %d rows that are never traded%n",
        architecture,
        training.rows().count());
    return new ModelTraining(channel)
        .train(
            TrainHeader.newBuilder()
                .setModel(model.name())
                .setFeatureSetId(training.features().id())
                .setFeatures(training.features().width())
                .setSeed(seed)
                .setEpochs(epochs.orElse(0)) // the gateway's own
                .setDataDescription(training.summary())
                .addAllSeries(training.series())
                .setNetwork(network.setHorizonNs(training.horizonNs()))
                .build(),
            training.rows(),
            ModelTrainCommand::show);
  }

  private NetworkChoice.Builder network() {
    if (pretrain.isPresent() && !pretrain.get().equals("contrastive")) {
      throw new IllegalArgumentException(
          "--pretrain must be contrastive, is '" + pretrain.get() + "'");
    }
    if (epochs.isPresent() && epochs.get() < 1) {
      throw new IllegalArgumentException("--epochs must be 1 or more, is " + epochs.get());
    }
    window.ifPresent(this::checkWindow);
    return NetworkChoice.newBuilder()
        .setArchitecture(architecture)
        .setWindow(window.orElse(0)) // what is usual for the architecture
        .setContrastive(pretrain.isPresent())
        .setCalibration(calibrate.orElse(""))
        .setDropout(dropout);
  }

  /** What would have no effect is refused; names that are none are the gateway's to refuse. */
  private void checkWindow(int length) {
    if (ONE_VECTOR.contains(architecture)) {
      throw new IllegalArgumentException(
          "--window has no effect on %s, which looks at the newest vector alone; leave it out, or"
                  .formatted(architecture)
              + " train lstm, gru or transformer");
    }
    if (length < 2) {
      throw new IllegalArgumentException("--window must be 2 or more, is " + length);
    }
  }

  /** {@code [############............] epoch 3 of 6, loss 0.9123, right on unseen rows 41.2%}. */
  private static void show(TrainProgress progress) {
    if (!progress.getModelVersion().isEmpty()) {
      return; // the registered version, printed at the end
    }
    int done = BAR_WIDTH * progress.getEpoch() / Math.max(1, progress.getEpochs());
    System.err.printf(
        Locale.ROOT,
        "neo: [%s%s] epoch %d of %d, loss %.4f, right on unseen rows %.1f%%%n",
        "#".repeat(done),
        ".".repeat(BAR_WIDTH - done),
        progress.getEpoch(),
        progress.getEpochs(),
        progress.getLoss(),
        100 * progress.getHeldOutAccuracy());
  }

  private void print(TrainProgress last) {
    JsonObject metrics = new JsonObject();
    new TreeMap<>(last.getMetricsMap()).forEach(metrics::put);
    JsonObject result =
        new JsonObject()
            .put("model", model.name())
            .put("version", last.getModelVersion())
            .put("digest", last.getModelDigest())
            .put("architecture", architecture)
            .put("metrics", metrics);
    spec.commandLine().getOut().println(json ? result.encode() : result.encodePrettily());
    System.err.println(
        "neo: unless it is the first of its model it does not serve yet; ./neo model promote %s@%s"
                .formatted(model.name(), last.getModelVersion())
            + " makes it");
  }
}
