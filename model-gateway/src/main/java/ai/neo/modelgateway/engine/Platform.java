package ai.neo.modelgateway.engine;

/**
 * What runs a model, in the protocol's words.
 *
 * @param platform as model metadata says it
 * @param engine as the model's configuration and each answer say it
 */
public record Platform(String platform, String engine) {

  public static Platform of(String format) {
    return switch (format) {
      case ArtifactFormats.ONNX -> new Platform("onnxruntime_onnx", "onnxruntime");
      case ArtifactFormats.TORCHSCRIPT -> new Platform("pytorch_libtorch", "pytorch");
      case ArtifactFormats.NEO_DJL -> new Platform("neo_djl", "neo");
      case ArtifactFormats.NEO_ENSEMBLE -> new Platform("ensemble", "neo");
      default -> new Platform(format, format);
    };
  }
}
