package ai.neo.modelgateway.forward;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
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
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse;
import inference.ServerMetadataRequest;
import inference.ServerMetadataResponse;
import io.grpc.Context;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

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
  private Server server;

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
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> reply) {
    answer(
        reply, ServerMetadataResponse.newBuilder().setName("triton").setVersion("2.51.0").build());
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
