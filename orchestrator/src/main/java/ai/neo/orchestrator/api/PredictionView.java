package ai.neo.orchestrator.api;

import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.riskrules.ModelDoubt;
import io.vertx.core.json.JsonObject;

/** A prediction as the API shows it: what the model did not answer is not there. */
final class PredictionView {
  private PredictionView() {}

  static JsonObject json(Prediction prediction) {
    JsonObject json =
        new JsonObject()
            .put("id", prediction.id())
            .put("model", prediction.model())
            .put("version", prediction.version())
            .put("sell", prediction.sell())
            .put("hold", prediction.hold())
            .put("buy", prediction.buy())
            .put("confidence", prediction.confidence());
    ModelDoubt doubt = prediction.doubt();
    if (doubt.hasUncertainty()) {
      json.put("uncertainty", doubt.uncertainty());
    }
    if (doubt.hasReconstructionError()) {
      json.put("reconstruction_error", doubt.reconstructionError());
    }
    return json;
  }
}
