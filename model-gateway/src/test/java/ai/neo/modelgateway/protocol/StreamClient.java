package ai.neo.modelgateway.protocol;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelStreamInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A caller's stream of inference requests, which reads all or only what a test asks for. */
final class StreamClient
    implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
  final BlockingQueue<ModelStreamInferResponse> answers = new LinkedBlockingQueue<>();
  final CompletableFuture<Void> end = new CompletableFuture<>();
  private final boolean readsAll;
  private ClientCallStreamObserver<ModelInferRequest> requests;

  private StreamClient(boolean readsAll) {
    this.readsAll = readsAll;
  }

  static StreamClient open(ManagedChannel channel) {
    StreamClient client = new StreamClient(true);
    GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(client);
    return client;
  }

  /** One that reads only what {@link #read} says. */
  static StreamClient slow(ManagedChannel channel) {
    StreamClient client = new StreamClient(false);
    GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(client);
    return client;
  }

  /** One whose stream ends with a model's error. */
  static StreamClient ending(ManagedChannel channel) {
    StreamClient client = new StreamClient(true);
    Metadata header = new Metadata();
    header.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
    GRPCInferenceServiceGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header))
        .modelStreamInfer(client);
    return client;
  }

  void send(ModelInferRequest.Builder request) {
    requests.onNext(request.build());
  }

  void halfClose() {
    requests.onCompleted();
  }

  void cancel() {
    requests.cancel("a test", null);
  }

  void read(int count) {
    requests.request(count);
  }

  ModelStreamInferResponse take() throws InterruptedException {
    ModelStreamInferResponse answer = answers.poll(10, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer came");
    }
    return answer;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ModelInferRequest> stream) {
    requests = stream;
    if (!readsAll) {
      stream.disableAutoRequestWithInitial(0);
    }
  }

  @Override
  public void onNext(ModelStreamInferResponse answer) {
    answers.add(answer);
  }

  @Override
  public void onError(Throwable cause) {
    end.completeExceptionally(cause);
  }

  @Override
  public void onCompleted() {
    end.complete(null);
  }
}
