package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.AddWebhookRequest;
import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.AliasAt;
import ai.neo.proto.registry.v1.AliasAtRequest;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.Approval;
import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.GateReport;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ListVersionsResponse;
import ai.neo.proto.registry.v1.ListWebhooksRequest;
import ai.neo.proto.registry.v1.ListWebhooksResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.PendingPromotion;
import ai.neo.proto.registry.v1.PromotionRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc.RegistryServiceImplBase;
import ai.neo.proto.registry.v1.SignArtifactRequest;
import ai.neo.proto.registry.v1.VerifyRequest;
import ai.neo.proto.registry.v1.VerifyResponse;
import ai.neo.proto.registry.v1.VersionName;
import ai.neo.proto.registry.v1.WatchRequest;
import ai.neo.proto.registry.v1.Webhook;
import ai.neo.proto.registry.v1.WebhookDelivery;
import ai.neo.proto.registry.v1.WebhookName;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
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
  private final GateCalls gates;
  private final Webhooks webhooks;
  private final ChangeFeed feed;
  private final Executor executor;

  /** What is done, blocking. */
  record Calls(RegistryCalls registry, GateCalls gates, Webhooks webhooks) {}

  /** A service whose gateways are elsewhere takes their word, and asks them. */
  private final Optional<ChampionServing> champions;

  /**
   * @param champions asked when anybody but a gateway moves a champion; empty: nobody is
   */
  RegistryGrpcService(
      Calls calls, ChangeFeed feed, Executor executor, Optional<ChampionServing> champions) {
    this.champions = champions;
    this.calls = calls.registry();
    this.gates = calls.gates();
    this.webhooks = calls.webhooks();
    this.feed = feed;
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
    boolean heard = GatewayWord.heard(); // here, on the thread that has the call's context
    answer(
        observer,
        () ->
            champions.isEmpty() || heard
                ? calls.moveAlias(request)
                : calls.moveAlias(request, champions.get()));
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

  @Override
  public void getAliasAt(AliasAtRequest request, StreamObserver<AliasAt> observer) {
    answer(observer, () -> calls.aliasAt(request));
  }

  @Override
  public void submitEvaluation(Evaluation request, StreamObserver<LedgerEntry> observer) {
    answer(observer, () -> gates.submit(request));
  }

  @Override
  public void signArtifact(SignArtifactRequest request, StreamObserver<ModelVersion> observer) {
    answer(observer, () -> gates.sign(request));
  }

  @Override
  public void checkGates(VersionName request, StreamObserver<GateReport> observer) {
    answer(observer, () -> gates.check(request));
  }

  @Override
  public void requestPromotion(
      PromotionRequest request, StreamObserver<PendingPromotion> observer) {
    answer(observer, () -> gates.request(request));
  }

  @Override
  public void approvePromotion(Approval request, StreamObserver<PendingPromotion> observer) {
    answer(observer, () -> gates.approve(request));
  }

  @Override
  public void waiveGates(PromotionRequest request, StreamObserver<PendingPromotion> observer) {
    answer(observer, () -> gates.waive(request));
  }

  @Override
  public void verify(VerifyRequest request, StreamObserver<VerifyResponse> observer) {
    answer(observer, () -> calls.verify(request));
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<Change> observer) {
    // By grpc-java, a server's observer is one.
    feed.follow(request, (ServerCallStreamObserver<Change>) observer);
  }

  @Override
  public void addWebhook(AddWebhookRequest request, StreamObserver<Webhook> observer) {
    answer(observer, () -> webhooks.add(request));
  }

  @Override
  public void listWebhooks(
      ListWebhooksRequest request, StreamObserver<ListWebhooksResponse> observer) {
    answer(observer, () -> webhooks.list());
  }

  @Override
  public void removeWebhook(WebhookName request, StreamObserver<Webhook> observer) {
    answer(observer, () -> webhooks.remove(request));
  }

  @Override
  public void testWebhook(WebhookName request, StreamObserver<WebhookDelivery> observer) {
    answer(observer, () -> webhooks.test(request.getId(), ""));
  }

  @Override
  public void webhookHistory(
      ListWebhooksRequest request, StreamObserver<HistoryResponse> observer) {
    answer(observer, () -> webhooks.book().history());
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
