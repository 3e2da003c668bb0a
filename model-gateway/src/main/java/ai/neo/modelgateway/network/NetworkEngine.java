package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;

/** Reads {@link DirectionNetwork} artifacts and serves them in plain Java. Thread-safe. */
public final class NetworkEngine implements ModelEngine {
  @Override
  public boolean reads(String format) {
    return DirectionNetwork.FORMAT.equals(format);
  }

  @Override
  public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
    if (!reads(artifact.format())) {
      throw new ModelRefusedException(
          "this engine reads "
              + DirectionNetwork.FORMAT
              + ", the artifact is "
              + artifact.format());
    }
    DirectionNetwork network;
    try {
      network = NetworkFormat.read(artifact.content());
    } catch (UnreadableNetworkException e) {
      throw new ModelRefusedException("not a direction network: " + e.getMessage(), e);
    }
    String inside = network.provenance().featureSetId();
    if (!inside.equals(artifact.featureSetId())) {
      throw new ModelRefusedException(
          "the artifact was trained on feature set "
              + inside
              + " but is registered for "
              + artifact.featureSetId());
    }
    return new ServedNetwork(artifact, network);
  }
}
