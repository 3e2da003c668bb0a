package ai.neo.orchestrator.gateway;

import ai.neo.proto.learning.v1.ExplanationServiceGrpc;
import ai.neo.proto.learning.v1.ScoreRequest;
import ai.neo.proto.learning.v1.ScoreResponse;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/** What a version answers to rows, asked of the gateway beside serving. Blocking. */
final class VersionAnswers {
  private static final int NUMBERS_PER_CALL = 1 << 20;
  private static final int ROWS_PER_CALL = 1024;
  private static final long CALL_SECONDS = 60;

  private VersionAnswers() {}

  /**
   * Which version answers, and what it takes.
   *
   * @param version empty for the champion
   */
  static ScoreResponse about(Channel channel, String model, String version) {
    return score(channel, ScoreRequest.newBuilder().setModel(model).setVersion(version).build());
  }

  /** The wanted rows that have a whole window of their instrument behind them, ascending. */
  static int[] whole(ModelTraining.Rows rows, int window, IntPredicate wanted) {
    List<Integer> whole = new ArrayList<>();
    int behind = 0;
    for (int row = 0; row < rows.count(); row++) {
      behind = row > 0 && rows.series()[row] == rows.series()[row - 1] ? behind + 1 : 1;
      if (behind >= window && wanted.test(row)) {
        whole.add(row);
      }
    }
    return whole.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * The probabilities of SELL, HOLD and BUY of each row in {@code which}.
   *
   * @param about the version, by its number: who is champion may change between two calls
   * @param rows of each instrument in time order, one instrument after the other
   */
  static float[] ask(
      Channel channel, String model, ScoreResponse about, ModelTraining.Rows rows, int[] which) {
    int window = about.getWindow();
    if (about.getWidth() != window * rows.width()) {
      throw new IllegalArgumentException(
          "version %s takes vectors of %d features, the data give %d"
              .formatted(about.getModelVersion(), about.getWidth() / window, rows.width()));
    }
    float[] probabilities = new float[which.length * 3];
    int most = Math.clamp(NUMBERS_PER_CALL / about.getWidth(), 1, ROWS_PER_CALL);
    for (int from = 0; from < which.length; from += most) {
      int to = Math.min(which.length, from + most);
      ScoreRequest.Builder request =
          ScoreRequest.newBuilder()
              .setModel(model)
              .setVersion(about.getModelVersion())
              .setRows(to - from);
      for (int at = from; at < to; at++) {
        int end = (which[at] + 1) * rows.width();
        for (int i = end - window * rows.width(); i < end; i++) {
          request.addFeatures(rows.features()[i]);
        }
      }
      ScoreResponse answer = score(channel, request.build());
      for (int i = 0; i < (to - from) * 3; i++) {
        probabilities[from * 3 + i] = answer.getActionProbabilities(i);
      }
    }
    return probabilities;
  }

  private static ScoreResponse score(Channel channel, ScoreRequest request) {
    return ExplanationServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
        .score(request);
  }
}
