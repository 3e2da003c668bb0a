package ai.neo.modelgateway.engine;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.util.OptionalLong;

/**
 * An ONNX file that ONNX Runtime has opened.
 *
 * @param offHeapBytes that it holds, where they were measured
 */
record OnnxSession(
    ModelArtifact artifact,
    OrtEnvironment environment,
    OrtSession session,
    OptionalLong offHeapBytes) {}
