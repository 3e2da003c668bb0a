package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;

/** Serves {@link DirectionNetwork}s. */
public final class NetworkEngine implements ModelEngine {
  @Override
  public boolean reads(String format) {
    return format.equals(DirectionNetwork.FORMAT);
  }

  @Override
  public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
    DirectionNetwork network = DirectionNetwork.read(artifact.content());
    if (!network.featureSetId().equals(artifact.featureSetId())) {
      throw new ModelRefusedException(
          "the file was made for feature set "
              + network.featureSetId()
              + ", the registry says "
              + artifact.featureSetId());
    }
    return new Served(artifact, network);
  }

  /** A network that serves. */
  public record Served(ModelArtifact artifact, DirectionNetwork network) implements ServableModel {
    @Override
    public int features() {
      return network.features();
    }

    @Override
    public String engine() {
      return "neo-network";
    }

    @Override
    public Answer infer(float[] rowMajor, int rows) {
      return network.infer(rowMajor, rows);
    }

    @Override
    public void close() {
      // Arrays on the heap: nothing to give back.
    }
  }
}
