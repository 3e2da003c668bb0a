package ai.neo.modelgateway.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A TorchScript program in memory. Its forward call may run on many threads at once. */
final class TorchProgram {

  private final ModelArtifact artifact;
  private final PtNDManager memory;
  private final PtSymbolBlock module;
  private final InFlight running;

  private TorchProgram(ModelArtifact artifact, PtNDManager memory, PtSymbolBlock module) {
    this.artifact = artifact;
    this.memory = memory;
    this.module = module;
    this.running = new InFlight(memory::close);
  }

  /**
   * Loads a program, which runs nothing but may do anything once it runs.
   *
   * @throws ModelRefusedException when there is no PyTorch here, or it cannot load that
   */
  static TorchProgram load(ModelArtifact artifact) throws ModelRefusedException {
    PtNDManager memory;
    try {
      memory = (PtNDManager) pyTorch().newBaseManager();
    } catch (EngineException e) {
      throw new ModelRefusedException("PyTorch is not available here: " + e.getMessage(), e);
    }
    try {
      PtSymbolBlock module =
          JniUtils.loadModule(memory, new ByteArrayInputStream(artifact.content()), false, false);
      JniUtils.enableInferenceMode(module); // No dropout, and no statistics of batches.
      return new TorchProgram(artifact, memory, module);
    } catch (IOException | EngineException e) {
      memory.close();
      throw new ModelRefusedException("PyTorch cannot load it: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /** Starts PyTorch on the first call, from the jars and never from the network. */
  private static Engine pyTorch() {
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    if (System.getProperty("ai.djl.pytorch.num_threads") == null) {
      System.setProperty("ai.djl.pytorch.num_threads", "1");
    }
    return Engine.getEngine("PyTorch");
  }

  /** What one call of forward holds; freed when it has been answered. */
  static final class Call implements AutoCloseable {
    private final PtNDManager arrays;
    private final List<IValue> values = new ArrayList<>();

    private Call(PtNDManager arrays) {
      this.arrays = arrays;
    }

    /** Where arrays of this call are to be made. */
    PtNDManager arrays() {
      return arrays;
    }

    IValue keep(IValue value) {
      values.add(value);
      return value;
    }

    List<IValue> keep(IValue[] all) {
      values.addAll(Arrays.asList(all));
      return List.of(all);
    }

    @Override
    public void close() {
      values.forEach(IValue::close);
      arrays.close();
    }
  }

  ModelArtifact artifact() {
    return artifact;
  }

  /** The file's size: it holds the weights as they lie in memory. */
  OptionalLong offHeapBytes() {
    return OptionalLong.of(artifact.content().length);
  }

  /**
   * Calls forward.
   *
   * @param arguments makes what it is called with
   * @param reader takes what is needed from the answers, which are the elements of a tuple, or one
   * @throws IllegalStateException when it fails
   */
  <T> T forward(Function<Call, List<IValue>> arguments, BiFunction<Call, List<IValue>, T> reader) {
    if (!running.enter()) {
      throw new IllegalStateException(artifact + " is closed");
    }
    try (Call call = new Call((PtNDManager) memory.newSubManager())) {
      IValue[] given = arguments.apply(call).toArray(IValue[]::new);
      IValue answer = call.keep(module.forward(given));
      return reader.apply(
          call, answer.isTuple() ? call.keep(answer.toIValueTuple()) : List.of(answer));
    } catch (EngineException e) {
      throw new IllegalStateException("PyTorch execute failure: " + e.getMessage(), e);
    } finally {
      running.leave();
    }
  }

  /** Frees it when the last call has been answered. */
  void retire() {
    running.retire();
  }
}
