package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ListVersionsResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc.RegistryServiceImplBase;
import ai.neo.proto.registry.v1.VersionName;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls as gRPC. Each one leaves the transport's thread at once and blocks on its own; what
 * goes wrong becomes a status.
 */
final class RegistryGrpcService extends RegistryServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryGrpcService.class);

  private final RegistryCalls calls;
  private final Executor executor;

  RegistryGrpcService(RegistryCalls calls, Executor executor) {
    this.calls = calls;
    this.executor = executor;
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<ModelVersion> observer) {
    answer(observer, () -> calls.register(request));
  }

  @Override
  public void getVersion(VersionName request, StreamObserver<ModelVersion> observer) {
    answer(observer, () -> calls.getVersion(request));
  }

  @Override
  public void listVersions(
      ListVersionsRequest request, StreamObserver<ListVersionsResponse> observer) {
    answer(observer, () -> calls.listVersions(request));
  }

  @Override
  public void fetchArtifact(VersionName request, StreamObserver<Artifact> observer) {
    answer(observer, () -> calls.fetchArtifact(request));
  }

  @Override
  public void moveAlias(MoveAliasRequest request, StreamObserver<Alias> observer) {
    answer(observer, () -> calls.moveAlias(request));
  }

  @Override
  public void getAlias(AliasName request, StreamObserver<Alias> observer) {
    answer(observer, () -> calls.getAlias(request));
  }

  @Override
  public void history(HistoryRequest request, StreamObserver<HistoryResponse> observer) {
    answer(observer, () -> calls.history(request));
  }

  @Override
  public void record(RecordRequest request, StreamObserver<LedgerEntry> observer) {
    answer(observer, () -> calls.record(request));
  }

  private <T> void answer(StreamObserver<T> observer, Supplier<T> call) {
    try {
      executor.execute(() -> answerNow(observer, call));
    } catch (RejectedExecutionException e) {
      observer.onError(
          Status.UNAVAILABLE
              .withDescription("The registry is closing; repeat the call when it is back")
              .withCause(e)
              .asRuntimeException());
    }
  }

  private static <T> void answerNow(StreamObserver<T> observer, Supplier<T> call) {
    T answer;
    try {
      answer = call.get();
    } catch (RegistryException e) {
      if (e.code() == Status.Code.INTERNAL || e.code() == Status.Code.DATA_LOSS) {
        LOG.error("call failed: code={}", e.code(), e);
      }
      observer.onError(
          e.code().toStatus().withDescription(e.getMessage()).withCause(e).asRuntimeException());
      return;
    } catch (RuntimeException e) {
      LOG.error("call failed unexpectedly", e);
      observer.onError(
          Status.INTERNAL
              .withDescription("The registry failed unexpectedly; its log says more")
              .withCause(e)
              .asRuntimeException());
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }
}
