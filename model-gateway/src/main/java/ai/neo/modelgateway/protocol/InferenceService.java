package ai.neo.modelgateway.protocol;

import inference.CudaSharedMemoryRegisterRequest;
import inference.CudaSharedMemoryRegisterResponse;
import inference.CudaSharedMemoryStatusRequest;
import inference.CudaSharedMemoryStatusResponse;
import inference.CudaSharedMemoryUnregisterRequest;
import inference.CudaSharedMemoryUnregisterResponse;
import inference.GRPCInferenceServiceGrpc;
import inference.LogSettingsRequest;
import inference.LogSettingsResponse;
import inference.ModelConfigRequest;
import inference.ModelConfigResponse;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import inference.ModelStatisticsRequest;
import inference.ModelStatisticsResponse;
import inference.ModelStreamInferResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelLoadResponse;
import inference.RepositoryModelUnloadRequest;
import inference.RepositoryModelUnloadResponse;
import inference.ServerLiveRequest;
import inference.ServerLiveResponse;
import inference.ServerMetadataRequest;
import inference.ServerMetadataResponse;
import inference.ServerReadyRequest;
import inference.ServerReadyResponse;
import inference.SystemSharedMemoryRegisterRequest;
import inference.SystemSharedMemoryRegisterResponse;
import inference.SystemSharedMemoryStatusRequest;
import inference.SystemSharedMemoryStatusResponse;
import inference.SystemSharedMemoryUnregisterRequest;
import inference.SystemSharedMemoryUnregisterResponse;
import inference.TraceSettingRequest;
import inference.TraceSettingResponse;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.ServerInterceptors;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/**
 * The Open Inference Protocol. Every call of which {@link #blocks} is false may run on the
 * transport's threads: inference that takes long goes to the scheduler.
 */
public final class InferenceService extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {

  private static final ServerLiveResponse LIVE =
      ServerLiveResponse.newBuilder().setLive(true).build();

  private final OpenInference protocol;
  private final Executor blocking;
  private final Inference inference;

  /**
   * @param blocking runs what may block
   */
  public InferenceService(OpenInference protocol, Executor blocking) {
    this.protocol = protocol;
    this.blocking = blocking;
    this.inference = protocol.inference();
  }

  /** This service with what it needs around it; the one to add to a server. */
  public BindableService withHeaders() {
    return () -> ServerInterceptors.intercept(bindService(), StreamedInference.header());
  }

  /** Whether a call of this service may take long on its thread, by its bare method name. */
  public static boolean blocks(String method) {
    return method.equals("RepositoryModelLoad")
        || method.equals("RepositoryModelUnload")
        || method.equals("ModelStatistics")
        || method.equals("ModelStreamInfer");
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> reply) {
    answer(reply, () -> LIVE);
  }

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> reply) {
    answer(reply, () -> ServerReadyResponse.newBuilder().setReady(protocol.isReady()).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> reply) {
    answer(
        reply,
        () -> {
          boolean ready = protocol.isReady(request.getName(), request.getVersion());
          return ModelReadyResponse.newBuilder().setReady(ready).build();
        });
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> reply) {
    answer(reply, protocol::server);
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> reply) {
    answer(reply, () -> protocol.metadata(request.getName(), request.getVersion()));
  }

  @Override
  public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> reply) {
    answer(reply, () -> protocol.config(request.getName(), request.getVersion()));
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> reply) {
    long received = System.nanoTime();
    Replies replies = Replies.to(reply);
    try {
      if (inference.needsRegistry(request, received)) {
        blocking.execute(Context.current().wrap(() -> confirmed(request, replies, received)));
      } else {
        inference.start(request, received, replies);
      }
    } catch (RefusedRequestException e) {
      replies.refused(e);
    }
  }

  private void confirmed(ModelInferRequest request, Replies replies, long received) {
    try {
      inference.confirm(request, received);
    } catch (RefusedRequestException e) {
      replies.refused(e);
      return;
    }
    inference.start(request, received, replies);
  }

  /** To one call; nothing is said to a caller that has gone. */
  private record Replies(ServerCallStreamObserver<ModelInferResponse> call)
      implements Inference.Replies {

    static Replies to(StreamObserver<ModelInferResponse> reply) {
      var call = (ServerCallStreamObserver<ModelInferResponse>) reply;
      call.setOnCancelHandler(() -> {}); // so that answering a call that ended throws nothing
      return new Replies(call);
    }

    @Override
    public void answered(ModelInferResponse response) {
      call.onNext(response);
      call.onCompleted();
    }

    @Override
    public void refused(RefusedRequestException refusal) {
      call.onError(refusal.asStatus());
    }
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> replies) {
    return StreamedInference.open(inference, replies);
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> reply) {
    answer(reply, () -> protocol.statistics(request.getName(), request.getVersion()));
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> reply) {
    answer(reply, () -> protocol.index(request.getRepositoryName(), request.getReady()));
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> reply) {
    answer(
        reply,
        () -> {
          protocol.load(request);
          return RepositoryModelLoadResponse.getDefaultInstance();
        });
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request, StreamObserver<RepositoryModelUnloadResponse> reply) {
    answer(
        reply,
        () -> {
          protocol.unload(request);
          return RepositoryModelUnloadResponse.getDefaultInstance();
        });
  }

  @Override
  public void systemSharedMemoryStatus(
      SystemSharedMemoryStatusRequest request,
      StreamObserver<SystemSharedMemoryStatusResponse> reply) {
    answer(
        reply,
        () -> {
          SharedMemory.SYSTEM.requireStatus(request.getName());
          return SystemSharedMemoryStatusResponse.getDefaultInstance();
        });
  }

  @Override
  public void systemSharedMemoryRegister(
      SystemSharedMemoryRegisterRequest request,
      StreamObserver<SystemSharedMemoryRegisterResponse> reply) {
    reply.onError(SharedMemory.notOffered().asStatus());
  }

  @Override
  public void systemSharedMemoryUnregister(
      SystemSharedMemoryUnregisterRequest request,
      StreamObserver<SystemSharedMemoryUnregisterResponse> reply) {
    answer(reply, SystemSharedMemoryUnregisterResponse::getDefaultInstance);
  }

  @Override
  public void cudaSharedMemoryStatus(
      CudaSharedMemoryStatusRequest request, StreamObserver<CudaSharedMemoryStatusResponse> reply) {
    answer(
        reply,
        () -> {
          SharedMemory.CUDA.requireStatus(request.getName());
          return CudaSharedMemoryStatusResponse.getDefaultInstance();
        });
  }

  @Override
  public void cudaSharedMemoryRegister(
      CudaSharedMemoryRegisterRequest request,
      StreamObserver<CudaSharedMemoryRegisterResponse> reply) {
    reply.onError(SharedMemory.notOffered().asStatus());
  }

  @Override
  public void cudaSharedMemoryUnregister(
      CudaSharedMemoryUnregisterRequest request,
      StreamObserver<CudaSharedMemoryUnregisterResponse> reply) {
    answer(reply, CudaSharedMemoryUnregisterResponse::getDefaultInstance);
  }

  @Override
  public void traceSetting(
      TraceSettingRequest request, StreamObserver<TraceSettingResponse> reply) {
    answer(reply, () -> protocol.traceSettings(request));
  }

  @Override
  public void logSettings(LogSettingsRequest request, StreamObserver<LogSettingsResponse> reply) {
    answer(reply, () -> protocol.logSettings(request));
  }

  /** What one call answers. */
  @FunctionalInterface
  private interface Call<T> {
    T answer() throws RefusedRequestException;
  }

  private static <T> void answer(StreamObserver<T> reply, Call<T> call) {
    T answer;
    try {
      answer = call.answer();
    } catch (RefusedRequestException e) {
      reply.onError(e.asStatus());
      return;
    }
    reply.onNext(answer);
    reply.onCompleted();
  }
}
