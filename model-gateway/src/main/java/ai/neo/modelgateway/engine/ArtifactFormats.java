package ai.neo.modelgateway.engine;

import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.artifact.ArtifactRefusedException;
import com.google.protobuf.UnsafeByteOperations;

/**
 * The allow-list of {@link ArtifactFormat} in front of every engine, whatever the registry has
 * found out before: an artifact is loaded only when its bytes are what its format says.
 */
public final class ArtifactFormats {

  /** A network of Neo's own: parameters, no program. */
  public static final String NEO_DJL = "neo-djl";

  /** A graph with its weights in the same file. */
  public static final String ONNX = "onnx";

  /** A program with its weights. */
  public static final String TORCHSCRIPT = "torchscript";

  /** Names of exact versions and how their answers are combined. */
  public static final String NEO_ENSEMBLE = "neo-ensemble";

  private ArtifactFormats() {}

  /**
   * Passes an artifact on whose bytes are of the format that it claims.
   *
   * @throws ModelRefusedException with what the bytes are instead
   */
  public static void check(ModelArtifact artifact) throws ModelRefusedException {
    try {
      // Nobody writes to an artifact's bytes, so that nothing has to be copied.
      ArtifactFormat.admit(UnsafeByteOperations.unsafeWrap(artifact.content()), artifact.format());
    } catch (ArtifactRefusedException e) {
      throw new ModelRefusedException(e.getMessage(), e);
    }
  }
}
