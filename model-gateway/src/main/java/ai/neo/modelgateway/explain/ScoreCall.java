package ai.neo.modelgateway.explain;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.proto.learning.v1.ScoreRequest;
import ai.neo.proto.learning.v1.ScoreResponse;
import com.google.common.primitives.Floats;
import java.util.Arrays;

/** One request for answers beside serving. One thread. */
final class ScoreCall {
  static final int MOST_ROWS = 4096;

  /** Small, so that it is soon noticed when nobody waits. */
  private static final int BATCH = 64;

  private final ScoreRequest request;

  ScoreCall(ScoreRequest request) {
    this.request = request;
  }

  /**
   * Answers; no rows at all get the description alone.
   *
   * @throws IllegalArgumentException when the request does not fit the version
   */
  ScoreResponse answer(ServedVersion version, Watch watch) throws Watch.NobodyWaitsException {
    ServableModel model = version.model();
    int rows = request.getRows();
    int width = model.features();
    if (rows < 0 || rows > MOST_ROWS || request.getFeaturesCount() != (long) rows * width) {
      throw new IllegalArgumentException(
          "rows must be 0 to %d, of %d numbers each for version %s; rows=%d, numbers=%d"
              .formatted(
                  MOST_ROWS, width, model.artifact().version(), rows, request.getFeaturesCount()));
    }
    ModelArtifact artifact = model.artifact();
    ScoreResponse.Builder response =
        ScoreResponse.newBuilder()
            .setModelVersion(artifact.version())
            .setModelDigest(artifact.digest())
            .setFeatureSetId(artifact.featureSetId())
            .setFormat(artifact.format())
            .setWindow(model.window())
            .setWidth(width);
    float[] features = Floats.toArray(request.getFeaturesList());
    for (int from = 0; from < rows; from += BATCH) {
      watch.check();
      int to = Math.min(rows, from + BATCH);
      Answer answer =
          model.infer(Arrays.copyOfRange(features, from * width, to * width), to - from);
      response.addAllActionProbabilities(Floats.asList(answer.actionProbabilities()));
      if (version.expectsReturn()) {
        response.addAllExpectedReturn(Floats.asList(answer.expectedReturn()));
      }
    }
    return response.build();
  }
}
