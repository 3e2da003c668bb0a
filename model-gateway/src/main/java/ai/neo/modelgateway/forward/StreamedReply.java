package ai.neo.modelgateway.forward;

import inference.ModelStreamInferResponse;
import io.grpc.Status;

/**
 * What became of a request that may be answered any number of times: {@link #part} for each
 * response, then exactly one of {@link #ended} and {@link #failed}. On any thread, one after
 * another; must not block.
 */
public interface StreamedReply {

  /**
   * One response, or the server's error in line, as it came. The next comes after {@link
   * StreamedAnswers#more}.
   */
  void part(ModelStreamInferResponse part);

  /** Every response has come; there may have been none. */
  void ended();

  /**
   * Nothing more will come.
   *
   * @param status UNAVAILABLE where it is the server's fault, otherwise what the server said
   */
  void failed(Status status);
}
