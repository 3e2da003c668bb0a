package ai.neo.modelgateway.engine;

import java.util.OptionalLong;

/**
 * One loaded, immutable version of a model: of the loop, or of tensors of its own. Safe for any
 * number of threads, except that nobody may ask it anything once {@link #close} was called; the
 * serving catalog sees to that.
 */
public sealed interface LoadedModel extends AutoCloseable permits ServableModel, TensorModel {

  /** What this was loaded from. */
  ModelArtifact artifact();

  /**
   * Whether a few rows take microseconds: then they are answered where they arrive, since handing
   * them to another thread would cost more than the answer.
   */
  boolean isQuick();

  /** Bytes that it holds outside of the JVM's heap, about; empty where nobody measured them. */
  OptionalLong offHeapBytes();

  /** Frees the engine's memory. A second call does nothing. */
  @Override
  void close();
}
