package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.FeatureRows;
import ai.neo.modelgateway.routing.ShadowWork;
import ai.neo.modelgateway.serving.ServedVersion;
import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import java.nio.ByteOrder;
import java.util.Optional;

/** A request with the champion's answer, read again only when its shadow's turn comes. */
record ShadowedRequest(ModelInferRequest request, ModelInferResponse response)
    implements ShadowWork {

  @Override
  public String predictionId() {
    return request.getId();
  }

  @Override
  public Optional<FeatureRows> rows(ServedVersion version) {
    try {
      return InputReader.read(request, version) instanceof FeatureRows rows
          ? Optional.of(rows)
          : Optional.empty();
    } catch (RefusedRequestException e) {
      return Optional.empty(); // the champion was swapped for one that takes other rows
    }
  }

  @Override
  public Optional<ChampionAnswer> champion() {
    for (int i = 0; i < response.getOutputsCount(); i++) {
      ByteString raw = response.getRawOutputContents(i);
      if (response.getOutputs(i).getName().equals(ModelTensors.ACTION_PROBABILITIES)
          && raw.size() == Answer.ACTIONS * Float.BYTES) {
        float[] probabilities = new float[Answer.ACTIONS];
        raw.asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer()
            .get(probabilities);
        return Optional.of(
            new ChampionAnswer(
                response.getModelVersion(),
                response.getParametersOrThrow("model_digest").getStringParam(),
                response.getParametersOrThrow("epoch").getInt64Param(),
                probabilities));
      }
    }
    return Optional.empty();
  }
}
