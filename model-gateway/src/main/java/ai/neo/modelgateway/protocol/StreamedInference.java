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
 * One stream of inference requests: an answer to each, in their order. The next request is asked
 * for only when the caller has taken the answers so far, so that a slow reader costs no memory.
 */
final class StreamedInference implements StreamObserver<ModelInferRequest> {

  private static final Context.Key<Boolean> MODEL_ERRORS_END_STREAM =
      Context.key("triton_grpc_error");
  private static final Metadata.Key<String> MODEL_ERRORS_HEADER =
      Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER);

  private final Inference inference;
  private final ServerCallStreamObserver<ModelStreamInferResponse> answers;
  private final boolean modelErrorsEndStream;
  private boolean asked = true;
  private boolean ended;

  private StreamedInference(
      Inference inference, ServerCallStreamObserver<ModelStreamInferResponse> answers) {
    this.inference = inference;
    this.answers = answers;
    this.modelErrorsEndStream = Boolean.TRUE.equals(MODEL_ERRORS_END_STREAM.get());
  }

  static StreamObserver<ModelInferRequest> open(
      Inference inference, StreamObserver<ModelStreamInferResponse> responses) {
    ServerCallStreamObserver<ModelStreamInferResponse> answers =
        (ServerCallStreamObserver<ModelStreamInferResponse>) responses;
    StreamedInference stream = new StreamedInference(inference, answers);
    answers.disableAutoRequest();
    answers.setOnReadyHandler(stream::askWhenReady);
    answers.setOnCancelHandler(() -> stream.ended = true);
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
    asked = false;
    if (ended) {
      return;
    }
    try {
      ModelInferResponse answer = inference.answer(request, System.nanoTime());
      answers.onNext(
          ModelStreamInferResponse.newBuilder()
              .setInferResponse(answer.toBuilder().putParameters("triton_final_response", yes()))
              .build());
    } catch (RefusedRequestException e) {
      refuse(request, e);
    }
    askWhenReady();
  }

  @Override
  public void onError(Throwable cause) {
    ended = true; // the caller has gone; there is nobody to tell
  }

  @Override
  public void onCompleted() {
    if (!ended) {
      ended = true;
      answers.onCompleted();
    }
  }

  private void refuse(ModelInferRequest request, RefusedRequestException refusal) {
    if (refusal.isFromModel() && modelErrorsEndStream) {
      ended = true;
      answers.onError(refusal.asStatus());
      return;
    }
    ModelInferResponse.Builder about = ModelInferResponse.newBuilder().setId(request.getId());
    if (refusal.isFromModel()) {
      about.setModelName(request.getModelName()).putParameters("triton_final_response", yes());
    }
    answers.onNext(
        ModelStreamInferResponse.newBuilder()
            .setErrorMessage(refusal.getMessage())
            .setInferResponse(about)
            .build());
  }

  private void askWhenReady() {
    if (!asked && !ended && answers.isReady()) {
      asked = true;
      answers.request(1);
    }
  }

  private static InferParameter yes() {
    return InferParameter.newBuilder().setBoolParam(true).build();
  }
}
