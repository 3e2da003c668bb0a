package ai.neo.orchestrator.gateway;

import ai.neo.proto.learning.v1.ScoreResponse;
import io.grpc.Channel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Scores versions on rows that neither was trained on. Blocking; one thread. */
public final class OfflineEvaluation {
  private final Channel channel;
  private final String model;
  private final Data data;
  private final double cost;
  private final boolean inSample;

  /**
   * What is evaluated on.
   *
   * @param rows of each instrument in time order, one instrument after the other
   * @param untraded the same recording's rows that training uses, which are not among {@code rows}
   * @param horizonRows how many rows a label looks ahead
   */
  public record Data(
      ModelTraining.Rows rows, ModelTraining.Rows untraded, int horizonRows, long horizonNs) {}

  /** One version's part. */
  public record Version(String number, String digest, OfflineScore score) {}

  /**
   * What came out.
   *
   * @param leftOut rows that were not scored, since a version may have been trained on them
   * @param provenanceKnown whether the registry says of each version what it was trained on
   * @param datasetDigest SHA-256 of the scored rows, hexadecimal
   * @param outcomes net returns of one row a horizon, so that no two overlap
   * @param otherOutcomes the same of the other version
   */
  public record Result(
      Version version,
      Optional<Version> other,
      Optional<PairedDifference> lossDifference,
      Optional<PairedDifference> netDifference,
      int leftOut,
      boolean provenanceKnown,
      String datasetDigest,
      List<Double> outcomes,
      List<Double> otherOutcomes) {
    /** For a program. */
    public JsonObject json() {
      JsonObject json =
          object(version)
              .put("left_out", leftOut)
              .put("provenance_known", provenanceKnown)
              .put("dataset_digest", datasetDigest);
      other.ifPresent(one -> json.put("against", object(one)));
      lossDifference.ifPresent(d -> json.put("log_loss_difference", object(d)));
      netDifference.ifPresent(d -> json.put("net_return_difference", object(d)));
      return json;
    }

    private static JsonObject object(Version version) {
      JsonObject metrics = new JsonObject();
      version.score().metrics().forEach(metrics::put);
      return new JsonObject()
          .put("version", version.number())
          .put("digest", version.digest())
          .put("samples", version.score().samples())
          .put("metrics", metrics);
    }

    private static JsonObject object(PairedDifference difference) {
      return new JsonObject()
          .put("mean", difference.mean())
          .put("standard_error", difference.standardError())
          .put("low", difference.low())
          .put("high", difference.high())
          .put("clear", difference.isClear());
    }

    /** As {@link EvaluationText} reads it. */
    public JsonObject statement(String model) {
      JsonObject metrics = new JsonObject();
      version.score().metrics().forEach(metrics::put);
      JsonObject statement =
          new JsonObject()
              .put("model", model)
              .put("version", version.number())
              .put("digest", version.digest())
              .put("dataset_digest", datasetDigest)
              .put("samples", version.score().samples())
              .put("metrics", metrics);
      other.ifPresent(
          one ->
              statement
                  .put("champion_version", one.number())
                  .put("champion_digest", one.digest())
                  .put("candidate_outcomes", new JsonArray(List.copyOf(outcomes)))
                  .put("champion_outcomes", new JsonArray(List.copyOf(otherOutcomes))));
      return statement;
    }
  }

  /**
   * @param cost one-way, a fraction
   * @param inSample score rows that were trained on, too
   */
  public OfflineEvaluation(
      Channel channel, String model, Data data, double cost, boolean inSample) {
    this.channel = channel;
    this.model = model;
    this.data = data;
    this.cost = cost;
    this.inSample = inSample;
  }

  /**
   * Evaluates.
   *
   * @param version empty for the champion
   * @throws IllegalArgumentException when no row is left that may be scored
   */
  public Result of(String version, Optional<String> against) {
    ScoreResponse first = VersionAnswers.about(channel, model, version);
    Optional<ScoreResponse> second =
        against.map(other -> VersionAnswers.about(channel, model, other));
    TrainedOn trained = TrainedOn.of(channel, model, first.getModelVersion());
    Optional<TrainedOn> otherTrained =
        second.map(other -> TrainedOn.of(channel, model, other.getModelVersion()));
    int window = Math.max(first.getWindow(), second.map(ScoreResponse::getWindow).orElse(1));
    boolean[] seen = new boolean[data.rows().count()];
    for (int row = 0; row < seen.length; row++) {
      seen[row] =
          covers(trained, row) || (otherTrained.isPresent() && covers(otherTrained.get(), row));
    }
    IntPredicate wanted = row -> inSample || !seen[row];
    int[] rows = VersionAnswers.whole(data.rows(), window, wanted);
    if (rows.length == 0) {
      throw new IllegalArgumentException(
          "no row is left: "
              + IntStream.range(0, seen.length).filter(row -> seen[row]).count()
              + " of "
              + seen.length
              + " were, or may have been, trained on; choose later --from or other --data, or"
              + " --in-sample");
    }
    return scored(
        rows, first, second, trained.known() && otherTrained.map(TrainedOn::known).orElse(true));
  }

  private Result scored(
      int[] rows, ScoreResponse first, Optional<ScoreResponse> second, boolean known) {
    List<OfflineScore.Happened> happened = new ArrayList<>();
    for (int row : rows) {
      happened.add(
          new OfflineScore.Happened(data.rows().labels()[row], data.rows().forwardReturns()[row]));
    }
    float[] answers = VersionAnswers.ask(channel, model, first, data.rows(), rows);
    double[] nets = OfflineScore.netReturns(answers, happened, cost);
    Version one = version(first, answers, happened);
    if (second.isEmpty()) {
      return new Result(
          one,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          data.rows().count() - rows.length,
          known,
          digest(rows),
          thinned(nets),
          List.of());
    }
    float[] others = VersionAnswers.ask(channel, model, second.get(), data.rows(), rows);
    double[] otherNets = OfflineScore.netReturns(others, happened, cost);
    int lag = data.horizonRows() - 1;
    return new Result(
        one,
        Optional.of(version(second.get(), others, happened)),
        Optional.of(
            PairedDifference.of(
                OfflineScore.losses(answers, happened),
                OfflineScore.losses(others, happened),
                lag)),
        Optional.of(PairedDifference.of(nets, otherNets, lag)),
        data.rows().count() - rows.length,
        known,
        digest(rows),
        thinned(nets),
        thinned(otherNets));
  }

  private Version version(
      ScoreResponse about, float[] answers, List<OfflineScore.Happened> happened) {
    return new Version(
        about.getModelVersion(),
        about.getModelDigest(),
        OfflineScore.of(answers, happened, cost, data.horizonRows()));
  }

  /** The training's span, when it was made from the untraded part of this very recording. */
  private boolean covers(TrainedOn trained, int row) {
    return trained.covers(data.rows().timesNs()[row], data.horizonNs(), untraded());
  }

  private Optional<TrainedOn.Span> untraded() {
    long[] times = data.untraded().timesNs();
    return times.length == 0
        ? Optional.empty()
        : Optional.of(
            new TrainedOn.Span(
                times.length,
                java.util.Arrays.stream(times).min().orElseThrow(),
                java.util.Arrays.stream(times).max().orElseThrow()));
  }

  private List<Double> thinned(double[] values) {
    List<Double> some = new ArrayList<>();
    for (int i = 0; i < values.length; i += data.horizonRows()) {
      some.add(values[i]);
    }
    return some;
  }

  private String digest(int[] rows) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      int width = data.rows().width();
      ByteBuffer bytes = ByteBuffer.allocate(width * Float.BYTES + Long.BYTES + 2 * Integer.BYTES);
      for (int row : rows) {
        bytes.clear();
        for (int i = row * width; i < (row + 1) * width; i++) {
          bytes.putFloat(data.rows().features()[i]);
        }
        bytes
            .putLong(data.rows().timesNs()[row])
            .putInt(data.rows().labels()[row])
            .putFloat(data.rows().forwardReturns()[row]);
        sha256.update(bytes.array());
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
