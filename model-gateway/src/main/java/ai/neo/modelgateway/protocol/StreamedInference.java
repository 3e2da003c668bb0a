package ai.neo.modelgateway.protocol;

import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One stream of inference requests: an answer to each, in their order, but of decoupled models any
 * number, beside the others'. The next request is asked for only when the caller has taken the
 * answers so far, so that a slow reader costs no memory.
 */
final class StreamedInference implements StreamObserver<ModelInferRequest> {

  private static final Context.Key<Boolean> MODEL_ERRORS_END_STREAM =
      Context.key("triton_grpc_error");
  private static final Metadata.Key<String> MODEL_ERRORS_HEADER =
      Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER);

  private final Inference inference;
  private final ServerCallStreamObserver<ModelStreamInferResponse> answers;
  private final boolean modelErrorsEndStream;
  private final DecoupledStream decoupled;
  private boolean asked = true;
  private boolean answering;
  private boolean noneFollow;
  private boolean ended;

  private StreamedInference(
      Inference inference, ServerCallStreamObserver<ModelStreamInferResponse> answers) {
    this.inference = inference;
    this.answers = answers;
    this.modelErrorsEndStream = Boolean.TRUE.equals(MODEL_ERRORS_END_STREAM.get());
    this.decoupled = new DecoupledStream(inference.forwarded(), new Decoupled());
  }

  static StreamObserver<ModelInferRequest> open(
      Inference inference, StreamObserver<ModelStreamInferResponse> responses) {
    ServerCallStreamObserver<ModelStreamInferResponse> answers =
        (ServerCallStreamObserver<ModelStreamInferResponse>) responses;
    StreamedInference stream = new StreamedInference(inference, answers);
    answers.disableAutoRequest();
    answers.setOnReadyHandler(stream::ready);
    answers.setOnCancelHandler(stream::gone);
    answers.request(1);
    return stream;
  }

  /** Reads the header by which a client asks that a model's error ends its stream. */
  static ServerInterceptor header() {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!"true".equals(headers.get(MODEL_ERRORS_HEADER))) {
          return next.startCall(call, headers);
        }
        Context context = Context.current().withValue(MODEL_ERRORS_END_STREAM, true);
        return Contexts.interceptCall(context, call, headers, next);
      }
    };
  }

  @Override
  public void onNext(ModelInferRequest request) {
    synchronized (this) {
      asked = false;
      if (ended) {
        return;
      }
      answering = true;
    }
    try {
      long received = System.nanoTime();
      inference.confirm(request, received);
      if (inference.forwarded().isDecoupled(request.getModelName())) {
        decoupled.start(request, received);
        answered();
      } else {
        inference.start(request, received, new InOrder(request));
      }
    } catch (RefusedRequestException e) {
      refuse(request, e);
      answered();
    }
  }

  @Override
  public void onError(Throwable cause) {
    gone(); // there is nobody to tell
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      noneFollow = true;
    }
    goOn();
  }

  private void gone() {
    synchronized (this) {
      ended = true;
    }
    decoupled.close();
  }

  private void ready() {
    decoupled.goOn();
    goOn();
  }

  private void answered() {
    synchronized (this) {
      answering = false;
    }
    goOn();
  }

  /** Asks for the next request, or ends the stream, when it is time. */
  private void goOn() {
    synchronized (this) {
      if (ended || answering) {
        return;
      }
      if (!noneFollow) {
        if (!asked && answers.isReady() && decoupled.open() < DecoupledStream.OPEN_MAX) {
          asked = true;
          answers.request(1);
        }
        return;
      }
      if (decoupled.open() > 0) {
        return;
      }
      ended = true;
      answers.onCompleted();
    }
    decoupled.close();
  }

  private synchronized void send(ModelStreamInferResponse answer) {
    if (!ended) {
      answers.onNext(answer);
    }
  }

  private void refuse(ModelInferRequest request, RefusedRequestException refusal) {
    if (refusal.isFromModel() && modelErrorsEndStream) {
      end(refusal);
      return;
    }
    ModelInferResponse.Builder about = ModelInferResponse.newBuilder().setId(request.getId());
    if (refusal.isFromModel()) {
      about.setModelName(request.getModelName()).putParameters("triton_final_response", yes());
    }
    send(
        ModelStreamInferResponse.newBuilder()
            .setErrorMessage(refusal.getMessage())
            .setInferResponse(about)
            .build());
  }

  private void end(RefusedRequestException refusal) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      answers.onError(refusal.asStatus());
    }
    decoupled.close();
  }

  private static InferParameter yes() {
    return InferParameter.newBuilder().setBoolParam(true).build();
  }

  /** The one request that is answered before the next is asked for. */
  private final class InOrder implements Inference.Replies {
    private final ModelInferRequest request;

    InOrder(ModelInferRequest request) {
      this.request = request;
    }

    @Override
    public void answered(ModelInferResponse answer) {
      send(
          ModelStreamInferResponse.newBuilder()
              .setInferResponse(answer.toBuilder().putParameters("triton_final_response", yes()))
              .build());
      StreamedInference.this.answered();
    }

    @Override
    public void refused(RefusedRequestException refusal) {
      refuse(request, refusal);
      StreamedInference.this.answered();
    }
  }

  /** Where the answers of decoupled models go. */
  private final class Decoupled implements DecoupledStream.Caller {
    @Override
    public boolean isReady() {
      return answers.isReady();
    }

    @Override
    public void part(ModelInferRequest request, ModelStreamInferResponse part) {
      boolean ofModel =
          !part.getErrorMessage().isEmpty() && !part.getInferResponse().getModelName().isEmpty();
      if (ofModel && modelErrorsEndStream) {
        end(RefusedRequestException.byModel(part.getErrorMessage()));
      } else {
        send(part);
      }
    }

    @Override
    public void refused(ModelInferRequest request, RefusedRequestException why) {
      refuse(request, why);
    }

    @Override
    public void over() {
      goOn();
    }
  }
}
