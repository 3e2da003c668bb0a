package ai.neo.orchestrator.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.gateway.GatewayModelTier;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A run over real gRPC, and the spans that it leaves. */
class DecisionTracesTest {
  private static final AttributeKey<String> ORDER = AttributeKey.stringKey("neo.order.id");
  private static final AttributeKey<Long> SEQUENCE = AttributeKey.longKey("neo.event.sequence");

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();

  @AfterEach
  void close() {
    sdk.close();
  }

  @Test
  void eachDecisionPathIsOneTraceFromTickToFill() throws Exception {
    WatchedRun watched = ranOverGrpc(1, 400);
    Map<String, List<SpanData>> traces = byTrace();
    Set<String> filled = new HashSet<>();
    for (List<SpanData> trace : traces.values()) {
      SpanData root =
          trace.stream().filter(span -> !span.getParentSpanContext().isValid()).findAny().get();
      assertThat(root.getName()).isEqualTo("tick");
      assertThat(root.getAttributes().get(AttributeKey.stringKey("neo.instrument")))
          .isEqualTo("BTC");
      assertThat(trace)
          .filteredOn(span -> !span.equals(root))
          .allSatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo(root.getSpanId()))
          .allSatisfy(span -> assertThat(span.hasEnded()).isTrue())
          .allSatisfy(
              span ->
                  assertThat(span.getStartEpochNanos())
                      .isBetween(root.getStartEpochNanos(), root.getEndEpochNanos()));
      assertThat(names(trace)).contains("features", "predict", "risk");
      if (names(trace).contains("fill")) {
        assertThat(names(trace)).contains("order");
        assertThat(idsOf(trace, "fill")).isEqualTo(idsOf(trace, "order"));
        filled.addAll(idsOf(trace, "fill"));
      }
    }
    Set<String> submitted =
        watched.said(LoopCommand.Submit.class).stream()
            .map(submit -> submit.order().clientOrderId())
            .collect(Collectors.toSet());
    assertThat(filled).hasSizeGreaterThan(10).isSubsetOf(submitted);
  }

  @Test
  void theGatewayIsToldOfThePredictSpan() throws Exception {
    Queue<String> headers = new ConcurrentLinkedQueue<>();
    ranOverGrpc(1, 60, headers);
    List<String> ofPredictions =
        spans.getFinishedSpanItems().stream()
            .filter(span -> span.getName().equals("predict"))
            .peek(span -> assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT))
            .map(span -> "00-" + span.getTraceId() + "-" + span.getSpanId())
            .toList();
    assertThat(ofPredictions).isNotEmpty();
    List<String> sampled =
        headers.stream()
            .filter(header -> (Integer.parseInt(header.substring(53), 16) & 1) == 1)
            .map(header -> header.substring(0, 52))
            .toList();
    assertThat(sampled).containsAll(ofPredictions);
  }

  @Test
  void theRatioChoosesTheSameTicksInEachRunAndNoneAtZero() throws Exception {
    ranOverGrpc(0.25, 300);
    Set<Long> first = sequences();
    spans.reset();
    ranOverGrpc(0.25, 300);
    assertThat(sequences()).isEqualTo(first);
    assertThat(first.size()).isBetween(50, 99);
    spans.reset();
    Queue<String> headers = new ConcurrentLinkedQueue<>();
    ranOverGrpc(0, 100, headers);
    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(headers).isEmpty();
  }

  @Test
  void aFallbackShowsAsAFailedPredictionAndADecisionToHold() throws Exception {
    ObservedRun observed = observed(1);
    new WatchedRun(observed, new WatchedRun.SignModel(1), 120, WatchedRun.LIMITS).run.run();
    observed.close();
    assertThat(byTrace().values())
        .isNotEmpty()
        .allSatisfy(trace -> assertThat(names(trace)).contains("predict", "risk"));
    assertThat(spans.getFinishedSpanItems())
        .filteredOn(span -> span.getName().equals("predict"))
        .allSatisfy(
            span -> {
              assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
              assertThat(span.getStatus().getDescription()).isEqualTo("gateway UNAVAILABLE");
            });
    assertThat(spans.getFinishedSpanItems())
        .filteredOn(span -> span.getName().equals("risk"))
        .allSatisfy(
            span ->
                assertThat(span.getAttributes().get(AttributeKey.booleanKey("neo.fallback")))
                    .isTrue());
  }

  @Test
  void aRefusalNamesRuleLimitAndWhatWasSeen() throws Exception {
    ObservedRun observed = observed(1);
    String strict = WatchedRun.LIMITS.replace("max_order_notional: 50000", "max_order_notional: 1");
    new WatchedRun(observed, new WatchedRun.SignModel(Long.MAX_VALUE), 200, strict).run.run();
    observed.close();
    assertThat(spans.getFinishedSpanItems())
        .filteredOn(
            span ->
                "refused".equals(span.getAttributes().get(AttributeKey.stringKey("neo.verdict"))))
        .isNotEmpty()
        .allSatisfy(
            span -> {
              assertThat(span.getAttributes().get(AttributeKey.stringKey("neo.risk.rule")))
                  .isNotEmpty();
              assertThat(span.getAttributes().get(AttributeKey.stringKey("neo.risk.limit")))
                  .isNotEmpty();
              assertThat(span.getAttributes().get(AttributeKey.stringKey("neo.risk.observed")))
                  .isNotEmpty();
            });
    assertThat(byTrace().values()).noneSatisfy(trace -> assertThat(names(trace)).contains("order"));
  }

  @Test
  void whatIsOpenAtTheEndIsEndedAndSaysSo() {
    DecisionTraces traces = new DecisionTraces(sdk, 1, WatchedRun.RUN_ID, WatchedRun.SYMBOLS);
    LoopEvent tick = new LoopEvent.MarketData(new ai.neo.tradingtypes.Quote(0, 1, 100, 1, 101, 1));
    traces.hearing(tick, 9, System.nanoTime(), System.nanoTime());
    traces.said(new LoopCommand.Predict(1, 1, 0, new float[1], 2), System.nanoTime());
    traces.heard(System.nanoTime());
    assertThat(names(spans.getFinishedSpanItems())).containsExactly("features");
    traces.close(System.nanoTime());
    SpanData root = spans.getFinishedSpanItems().getLast();
    assertThat(root.getName()).isEqualTo("tick");
    assertThat(root.getAttributes().get(AttributeKey.booleanKey("neo.unfinished"))).isTrue();
  }

  private ObservedRun observed(double ratio) {
    return new ObservedRun(
        new ObservedRun.Parts(
            Latencies.fresh(),
            new RunLog(WatchedRun.SYMBOLS, () -> 0),
            Optional.of(new DecisionTraces(sdk, ratio, WatchedRun.RUN_ID, WatchedRun.SYMBOLS)),
            true));
  }

  private WatchedRun ranOverGrpc(double ratio, int bars) throws Exception {
    return ranOverGrpc(ratio, bars, new ConcurrentLinkedQueue<>());
  }

  private WatchedRun ranOverGrpc(double ratio, int bars, Queue<String> headers) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(new SignService())
            .intercept(new Collecting(headers))
            .build()
            .start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .directExecutor()
            .build();
    try {
      ObservedRun observed = observed(ratio);
      GatewayModelTier models =
          new GatewayModelTier(
              ClientInterceptors.intercept(channel, new TraceHeaders()),
              new GatewayModelTier.Settings("direction", WatchedRun.RUN_ID, "f", 2000, 2000));
      WatchedRun watched = new WatchedRun(observed, models, bars, WatchedRun.LIMITS);
      watched.run.run();
      observed.close();
      return watched;
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
      server.shutdownNow();
    }
  }

  private Map<String, List<SpanData>> byTrace() {
    return spans.getFinishedSpanItems().stream()
        .collect(Collectors.groupingBy(SpanData::getTraceId));
  }

  private Set<Long> sequences() {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals("tick"))
        .map(span -> span.getAttributes().get(SEQUENCE))
        .collect(Collectors.toSet());
  }

  private static List<String> names(List<SpanData> trace) {
    return trace.stream().map(SpanData::getName).toList();
  }

  private static Set<String> idsOf(List<SpanData> trace, String name) {
    return trace.stream()
        .filter(span -> span.getName().equals(name))
        .map(span -> span.getAttributes().get(ORDER))
        .collect(Collectors.toSet());
  }

  private record Collecting(Queue<String> parents) implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String parent = headers.get(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER));
      if (parent != null) {
        parents.add(parent);
      }
      return next.startCall(call, headers);
    }
  }

  /** Says what the last return's sign suggests, in the protocol's words. */
  private static final class SignService
      extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
      ByteBuffer features =
          request.getRawInputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      float buy = features.getFloat() > 0 ? 0.6f : 0.2f;
      ByteBuffer answer = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      answer.putFloat(0.8f - buy).putFloat(0.2f).putFloat(buy).flip();
      observer.onNext(
          ModelInferResponse.newBuilder()
              .setModelName("direction")
              .setModelVersion("1")
              .setId(request.getId())
              .putParameters("epoch", InferParameter.newBuilder().setInt64Param(1).build())
              .addOutputs(
                  ModelInferResponse.InferOutputTensor.newBuilder()
                      .setName("action_probabilities")
                      .setDatatype("FP32"))
              .addRawOutputContents(ByteString.copyFrom(answer))
              .build());
      observer.onCompleted();
    }
  }
}
