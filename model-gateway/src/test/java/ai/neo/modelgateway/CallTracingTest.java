package ai.neo.modelgateway;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import ai.neo.modelgateway.GatewaySettings.Permissions;
import inference.GRPCInferenceServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A call's span belongs to its caller's trace, whichever way it came. */
class CallTracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";
  private static final String PARENT = "00-" + TRACE + "-" + CALLER + "-01";

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  private GatewayFixture fixture;
  private Gateway traced;

  @BeforeEach
  void start() throws Exception {
    fixture = GatewayFixture.start();
    traced =
        Gateway.start(
            new GatewaySettings(
                "127.0.0.1", 0, 0, new Permissions(false, false), InferenceLimits.defaults()),
            new Gateway.Parts(fixture.catalog, telemetry, List::of, List.of()));
  }

  @AfterEach
  void stop() {
    traced.close();
    fixture.close();
    telemetry.close();
  }

  @Test
  void anInferenceOverGrpcJoinsItsCallersTrace() throws Exception {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), PARENT);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", traced.port()).usePlaintext().build();
    try {
      GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
          .modelInfer(GatewayFixture.raw(1).build());
    } finally {
      channel.shutdownNow();
    }
    SpanData span = awaitSpan();
    assertThat(span.getName()).isEqualTo("inference.GRPCInferenceService/ModelInfer");
    requireJoined(span);
  }

  @Test
  void anInferenceOverHttpJoinsItsCallersTrace() throws Exception {
    String row =
        "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,4],\"datatype\":\"FP32\","
            + "\"data\":[0,0,0,0]}]}";
    assertThat(post("/v2/models/direction/versions/1/infer", row, true)).isEqualTo(200);
    SpanData span = awaitSpan();
    assertThat(span.getName()).isEqualTo("POST /v2/models/{model}/versions/{version}/infer");
    requireJoined(span);
    assertThat(span.getAttributes().asMap())
        .containsAllEntriesOf(
            Map.of(
                AttributeKey.stringKey("http.request.method"),
                "POST",
                AttributeKey.stringKey("http.route"),
                "/v2/models/{model}/versions/{version}/infer",
                AttributeKey.longKey("http.response.status_code"),
                200L));
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void withoutATraceItBeginsOneAndSaysHowItEnded() throws Exception {
    assertThat(post("/v2/models/no-such/infer", "{\"inputs\":[]}", false)).isEqualTo(404);
    SpanData span = awaitSpan();
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getTraceId()).isNotEqualTo(TRACE);
    assertThat(span.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
        .isEqualTo(404);
  }

  private int post(String path, String body, boolean inTrace) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + traced.httpPort() + path))
            .POST(BodyPublishers.ofString(body));
    if (inTrace) {
      request.header("traceparent", PARENT);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }
  }

  private static void requireJoined(SpanData span) {
    assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(span.getTraceId()).isEqualTo(TRACE);
    assertThat(span.getParentSpanId()).isEqualTo(CALLER);
  }

  /** The answer may be there a moment before its span has ended. */
  private SpanData awaitSpan() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (spans.getFinishedSpanItems().isEmpty()) {
      assertThat(System.nanoTime()).as("no span").isLessThan(end);
      Thread.onSpinWait();
    }
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
    return spans.getFinishedSpanItems().getFirst();
  }
}
