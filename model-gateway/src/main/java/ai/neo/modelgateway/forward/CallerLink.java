package ai.neo.modelgateway.forward;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelStreamInferResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;

/**
 * A connection to one server for the decoupled requests of one caller. What a slow caller has not
 * taken fills the connection's window, and on one connection for all would hold everybody up. It is
 * made with the first request. Safe for any thread; nothing blocks.
 */
public final class CallerLink implements AutoCloseable {

  private final RemoteServer server;
  private final ManagedChannel channel;
  private int open;
  private boolean closed;

  CallerLink(RemoteServer server, ManagedChannel channel) {
    this.server = server;
    this.channel = channel;
  }

  /**
   * Asks for answers, none of which comes before {@link StreamedAnswers#more}.
   *
   * @param request names the model and, exactly, the version
   * @param reply may be told of a failure before this returns
   */
  public StreamedAnswers ask(ModelInferRequest request, StreamedReply reply) {
    StreamedAnswers answers = new StreamedAnswers(server, request, reply, call());
    boolean takes;
    synchronized (this) {
      takes = !closed;
      open += takes ? 1 : 0;
    }
    if (takes) {
      answers.start(this::ended);
    } else {
      answers.refuse(Status.CANCELLED.withDescription("the caller has gone"));
    }
    return answers;
  }

  /** Under the root context: the caller's ends with its deadline or with it, and ends the call. */
  private ClientCall<ModelInferRequest, ModelStreamInferResponse> call() {
    Context before = Context.ROOT.attach();
    try {
      return channel.newCall(
          GRPCInferenceServiceGrpc.getModelStreamInferMethod(), CallOptions.DEFAULT);
    } finally {
      Context.ROOT.detach(before);
    }
  }

  /** Takes no more requests; those under way end by themselves, and the connection with them. */
  @Override
  public void close() {
    boolean over;
    synchronized (this) {
      closed = true;
      over = open == 0;
    }
    if (over) {
      leave();
    }
  }

  private void ended() {
    boolean over;
    synchronized (this) {
      open--;
      over = closed && open == 0;
    }
    if (over) {
      leave();
    }
  }

  private void leave() {
    channel.shutdown();
    server.forget(this);
  }

  /** Ends what is under way, too. */
  void end() {
    channel.shutdownNow();
  }
}
