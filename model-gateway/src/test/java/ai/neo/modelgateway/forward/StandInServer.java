package ai.neo.modelgateway.forward;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelConfig;
import inference.ModelConfigRequest;
import inference.ModelConfigResponse;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelStatistics;
import inference.ModelStatisticsRequest;
import inference.ModelStatisticsResponse;
import inference.ModelStreamInferResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse;
import inference.ServerMetadataRequest;
import inference.ServerMetadataResponse;
import io.grpc.Context;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** An Open Inference server on a port of its own, that does what a test says. */
public final class StandInServer extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase
    implements AutoCloseable {

  /** Requests as they came over the wire. */
  public final BlockingQueue<ModelInferRequest> received = new LinkedBlockingQueue<>();

  /** Whether each request's call has a deadline of less than a minute, or could be cancelled. */
  public final BlockingQueue<Boolean> hurried = new LinkedBlockingQueue<>();

  private final String model;
  private final int port;
  private volatile List<String> ready;
  private volatile ModelConfig config;
  private volatile BiConsumer<ModelInferRequest, StreamObserver<ModelInferResponse>> behaviour;
  private volatile Consumer<Streamed> streamed = stream -> stream.repeat(stream.wanted());
  private volatile Consumer<Streamed> streamReady = stream -> {};
  private volatile String serverVersion = "2.51.0";
  private Server server;

  /** Streams as they were opened, one for each request. */
  public final BlockingQueue<Streamed> streams = new LinkedBlockingQueue<>();

  /** One request of a stream, and where its answers go. */
  public record Streamed(
      ModelInferRequest request,
      ServerCallStreamObserver<ModelStreamInferResponse> answers,
      Context context) {

    /** The first byte of the first input. */
    public int wanted() {
      return request.getRawInputContents(0).byteAt(0);
    }

    /** So many responses, numbered by their one byte, as Triton gives them, and the end. */
    public void repeat(int times) {
      for (int i = 0; i < times; i++) {
        part(i, ByteString.copyFrom(new byte[] {(byte) i}));
      }
      end();
    }

    public void part(int index, ByteString bytes) {
      answers.onNext(
          ModelStreamInferResponse.newBuilder()
              .setInferResponse(
                  named()
                      .setModelVersion(request.getModelVersion())
                      .putParameters("triton_final_response", flag(false))
                      .addOutputs(
                          ModelInferResponse.InferOutputTensor.newBuilder()
                              .setName("index")
                              .setDatatype("UINT8")
                              .addShape(bytes.size()))
                      .addRawOutputContents(bytes))
              .build());
    }

    public void error(String text) {
      answers.onNext(
          ModelStreamInferResponse.newBuilder()
              .setErrorMessage(text)
              .setInferResponse(named().putParameters("triton_final_response", flag(true)))
              .build());
      answers.onCompleted();
    }

    public void end() {
      if (request.containsParameters("triton_enable_empty_final_response")) {
        answers.onNext(
            ModelStreamInferResponse.newBuilder()
                .setInferResponse(named().putParameters("triton_final_response", flag(true)))
                .build());
      }
      answers.onCompleted();
    }

    private ModelInferResponse.Builder named() {
      return ModelInferResponse.newBuilder()
          .setModelName(request.getModelName())
          .setId(request.getId());
    }

    private static InferParameter flag(boolean value) {
      return InferParameter.newBuilder().setBoolParam(value).build();
    }
  }

  public StandInServer(String model, String... ready) throws IOException {
    this.model = model;
    this.ready = List.of(ready);
    this.config = ModelConfig.newBuilder().setName(model).setBackend("python").build();
    this.behaviour = StandInServer::echo;
    this.server = listen(0);
    this.port = server.getPort();
  }

  private Server listen(int wanted) throws IOException {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted))
        .addService(this)
        .build()
        .start();
  }

  public ForwardTarget target() {
    return new ForwardTarget("there", "127.0.0.1", port, Set.of());
  }

  public void has(String... versions) {
    ready = List.of(versions);
  }

  public void isConfigured(ModelConfig.Builder other) {
    config = other.setName(model).build();
  }

  public void does(BiConsumer<ModelInferRequest, StreamObserver<ModelInferResponse>> other) {
    behaviour = other;
  }

  /** What becomes of requests of streams; without it so many responses as their first byte says. */
  public void streams(Consumer<Streamed> other) {
    streamed = other;
  }

  /** What is done when a stream takes more. */
  public void whenReady(Consumer<Streamed> other) {
    streamReady = other;
  }

  public void isOfVersion(String other) {
    serverVersion = other;
  }

  public void refusesAll(Status status) {
    behaviour = (request, reply) -> reply.onError(status.asRuntimeException());
  }

  public void die() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }

  public void comeBack() throws IOException {
    server = listen(port);
  }

  /** The bytes of the first input, as the one output. */
  public static void echo(ModelInferRequest request, StreamObserver<ModelInferResponse> reply) {
    reply.onNext(
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .setModelVersion(request.getModelVersion())
            .setId(request.getId())
            .addOutputs(
                ModelInferResponse.InferOutputTensor.newBuilder()
                    .setName("out")
                    .setDatatype(request.getInputs(0).getDatatype())
                    .addAllShape(request.getInputs(0).getShapeList()))
            .addRawOutputContents(
                request.getRawInputContentsCount() > 0
                    ? request.getRawInputContents(0)
                    : ByteString.EMPTY)
            .build());
    reply.onCompleted();
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> reply) {
    var deadline = Context.current().getDeadline();
    hurried.add(deadline != null && deadline.timeRemaining(TimeUnit.SECONDS) < 60);
    received.add(request);
    behaviour.accept(request, reply);
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> reply) {
    var answers = (ServerCallStreamObserver<ModelStreamInferResponse>) reply;
    answers.setOnCancelHandler(() -> {});
    AtomicReference<Streamed> opened = new AtomicReference<>();
    answers.setOnReadyHandler(
        () -> {
          if (opened.get() != null) {
            streamReady.accept(opened.get());
          }
        });
    return new StreamObserver<>() {
      @Override
      public void onNext(ModelInferRequest request) {
        hurried.add(Context.current().getDeadline() != null);
        received.add(request);
        Streamed stream = new Streamed(request, answers, Context.current());
        opened.set(stream);
        streams.add(stream);
        streamed.accept(stream);
      }

      @Override
      public void onError(Throwable cause) {
        // seen by the context
      }

      @Override
      public void onCompleted() {
        // what answers ends the stream
      }
    };
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> reply) {
    answer(
        reply,
        ServerMetadataResponse.newBuilder().setName("triton").setVersion(serverVersion).build());
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> reply) {
    RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
    for (String version : ready) {
      index.addModels(
          RepositoryIndexResponse.ModelIndex.newBuilder()
              .setName(model)
              .setVersion(version)
              .setState("READY"));
    }
    answer(reply, index.build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> reply) {
    answer(
        reply,
        ModelMetadataResponse.newBuilder()
            .setName(model)
            .setPlatform("python")
            .addVersions(request.getVersion())
            .build());
  }

  @Override
  public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> reply) {
    answer(reply, ModelConfigResponse.newBuilder().setConfig(config).build());
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> reply) {
    answer(
        reply,
        ModelStatisticsResponse.newBuilder()
            .addModelStats(
                ModelStatistics.newBuilder()
                    .setName(model)
                    .setVersion(ready.getFirst())
                    .setInferenceCount(received.size()))
            .build());
  }

  private static <T> void answer(StreamObserver<T> reply, T answer) {
    reply.onNext(answer);
    reply.onCompleted();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
