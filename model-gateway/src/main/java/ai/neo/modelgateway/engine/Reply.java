package ai.neo.modelgateway.engine;

/** What a version answers to a {@link Question}. */
public sealed interface Reply permits Answer, Tensors {

  int rows();

  /** The answer to so many of the rows asked. */
  Reply part(int from, int count);
}
