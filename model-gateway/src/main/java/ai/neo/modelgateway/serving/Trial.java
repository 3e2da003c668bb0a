package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ArtifactFormats;
import ai.neo.modelgateway.engine.LoadedModel;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.engine.TensorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The program of a process that {@link TriedEngine} starts: loads one ONNX file, has it answer, and
 * ends. Its exit status says how that went; beside the file it leaves the reason for a refusal, or
 * what the model holds outside of the heap. Ends, too, when its standard input does, which is when
 * whoever started it is gone.
 */
final class Trial {
  /** It may not serve, and the reason was left. */
  static final int REFUSED = 4;

  /** As ONNX Runtime's arena words it. */
  private static final String OUT_OF_MEMORY = "Failed to allocate memory";

  private Trial() {}

  /** Where the reason stands why a file may not serve. */
  static Path reason(Path file) {
    return file.resolveSibling("reason");
  }

  /** Where it stands how many bytes a model holds outside of the heap, if that was measured. */
  static Path offHeap(Path file) {
    return file.resolveSibling("off-heap");
  }

  /**
   * @param arguments the file, its digest, and the feature set that it was registered for, which
   *     may be empty
   */
  public static void main(String[] arguments) throws IOException {
    Thread.ofPlatform().daemon().name("trial-parent").start(Trial::endWithParent);
    byte[] content = Files.readAllBytes(Path.of(arguments[0]));
    ModelArtifact artifact =
        new ModelArtifact("tried", "1", arguments[1], ArtifactFormats.ONNX, arguments[2], content);
    try {
      attempt(artifact).close();
      // What one more takes: the first of all also paid for what they share.
      OptionalLong before = MallocStatistics.inUse();
      LoadedModel again = attempt(artifact);
      OptionalLong after = MallocStatistics.inUse();
      again.close();
      if (before.isPresent() && after.isPresent()) {
        long bytes = Math.max(0, after.getAsLong() - before.getAsLong());
        Files.writeString(offHeap(Path.of(arguments[0])), Long.toString(bytes));
      }
    } catch (ModelRefusedException e) {
      Files.writeString(reason(Path.of(arguments[0])), String.valueOf(e.getMessage()));
      System.exit(REFUSED);
    }
  }

  private static LoadedModel attempt(ModelArtifact artifact) throws ModelRefusedException {
    LoadedModel loaded = new OnnxEngine().open(artifact);
    switch (loaded) {
      case ServableModel ofLoop -> VersionLoader.warm(ofLoop);
      case TensorModel tensors -> requireMemory(TensorWarmUp.problem(tensors));
    }
    return loaded;
  }

  /** Only its author knows on which sizes and values it runs, but memory for zeros it must find. */
  private static void requireMemory(Optional<String> problem) throws ModelRefusedException {
    if (problem.isPresent() && problem.get().contains(OUT_OF_MEMORY)) {
      throw new ModelRefusedException("it takes too much memory: " + problem.get());
    }
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) { // Nothing is ever said.
      }
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
    Runtime.getRuntime().halt(1);
  }
}
