package ai.neo.modelgateway.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What comes inside ONNX Runtime's jar. */
class OnnxRuntimeLibraryTest {
  private static final String LIBRARY = "/ai/onnxruntime/native/linux-x64/libonnxruntime.so";

  /**
   * From 1.29 on the library reports each process to its makers, and matches the command line for
   * it with a recursion that a long one overflows: the process dies without a word.
   */
  @Test
  void theLibraryReportsToNobody() throws Exception {
    try (InputStream stream = OrtEnvironment.class.getResourceAsStream(LIBRARY)) {
      String library = new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(library.contains("OrtGetApiBase")).as("the library's strings").isTrue();
      assertThat(library.contains("events.data.microsoft.com")).as("an address").isFalse();
      assertThat(library.contains("/proc/self/cmdline")).as("the command line").isFalse();
    }
  }
}
