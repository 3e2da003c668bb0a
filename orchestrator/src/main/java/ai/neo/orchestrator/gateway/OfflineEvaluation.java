package ai.neo.orchestrator.gateway;

import ai.neo.proto.learning.v1.ScoreResponse;
import io.grpc.Channel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Scores versions on rows that neither was trained on. Blocking; one thread. */
public final class OfflineEvaluation {
  private final Channel channel;
  private final String model;
  private final Data data;
  private final double cost;
  private final EvaluatedRows.Scope scope;

  /**
   * What is evaluated on.
   *
   * @param rows of each instrument in time order, one instrument after the other
   * @param instruments the symbol of each number in {@code rows}
   * @param untraded the same recording's rows that training uses, which are not among {@code rows};
   *     empty when there are none
   * @param horizonRows how many rows a label looks ahead
   * @param horizonNs the same in time, of the longest bars
   */
  public record Data(
      ModelTraining.Rows rows,
      List<String> instruments,
      Optional<TrainedOn.Extent> untraded,
      int horizonRows,
      long horizonNs) {
    public Data {
      instruments = List.copyOf(instruments);
    }
  }

  /** One version's part. */
  public record Version(String number, String digest, OfflineScore score) {}

  /**
   * What came out.
   *
   * @param leftOut rows that were not scored, also because a version looks at more rows than there
   *     are before them
   * @param rows which were, and what the versions were trained on
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
      EvaluatedRows rows,
      String datasetDigest,
      List<Double> outcomes,
      List<Double> otherOutcomes) {
    /** For a program. */
    public JsonObject json() {
      JsonObject json =
          object(version)
              .put("left_out", leftOut)
              .put("rows_trained_on", rows.trainedOn())
              .put("rows_of_other_instruments_trained_on", rows.otherInstruments())
              .put("out_of_time", rows.outOfTime())
              .put("provenance_known", rows.known())
              .put("trained_on", trainings())
              .put("dataset_digest", datasetDigest);
      other.ifPresent(one -> json.put("against", object(one)));
      lossDifference.ifPresent(d -> json.put("log_loss_difference", object(d)));
      netDifference.ifPresent(d -> json.put("net_return_difference", object(d)));
      return json;
    }

    private JsonArray trainings() {
      JsonArray trainings = new JsonArray();
      for (TrainedOn.Span span : rows.spans()) {
        JsonObject one =
            new JsonObject()
                .put("version", span.version())
                .put("from", Instant.ofEpochSecond(0, span.fromNs()).toString())
                .put("to", Instant.ofEpochSecond(0, span.toNs()).toString());
        span.instrument().ifPresent(name -> one.put("instrument", name));
        trainings.add(one);
      }
      return trainings;
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
   * @param scope which rows may be scored
   */
  public OfflineEvaluation(
      Channel channel, String model, Data data, double cost, EvaluatedRows.Scope scope) {
    this.channel = channel;
    this.model = model;
    this.data = data;
    this.cost = cost;
    this.scope = scope;
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
    List<TrainedOn> trainings = new ArrayList<>();
    trainings.add(TrainedOn.of(channel, model, first.getModelVersion()));
    second.ifPresent(other -> trainings.add(TrainedOn.of(channel, model, other.getModelVersion())));
    int window = Math.max(first.getWindow(), second.map(ScoreResponse::getWindow).orElse(1));
    return scored(EvaluatedRows.of(data, trainings, window, scope), first, second);
  }

  private Result scored(EvaluatedRows chosen, ScoreResponse first, Optional<ScoreResponse> second) {
    int[] rows = chosen.scored();
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
          chosen,
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
        chosen,
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
