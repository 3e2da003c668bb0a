package ai.neo.modelgateway.forward;

import inference.ModelInferResponse;
import io.grpc.Status;

/**
 * What became of a request that a server was asked. Exactly one of {@link #answered}, {@link
 * #refused} and {@link #lost} is told, once; {@link #slow} before it at most once. On any thread;
 * must not block.
 */
public interface RemoteReply {

  void answered(ModelInferResponse response);

  /** The server's own refusal of the request, or its model's failure, to be passed on. */
  void refused(Status status);

  /** No answer, through no fault of the request. */
  void lost(FallbackReason why, Status status);

  /** It has not answered within the hedge, and still may. */
  void slow();
}
