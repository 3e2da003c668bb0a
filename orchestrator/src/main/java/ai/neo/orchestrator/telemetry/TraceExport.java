package ai.neo.orchestrator.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Sends finished spans to a collector, off the loop's thread. OpenTelemetry's own variables
 * (headers, certificates, protocol, resource attributes) hold as everywhere.
 */
public final class TraceExport implements AutoCloseable {
  private static final long FLUSH_SECONDS = 2;

  private final OpenTelemetrySdk sdk;

  private TraceExport(OpenTelemetrySdk sdk) {
    this.sdk = sdk;
  }

  /** Connects when the first spans are sent; a collector that is away costs spans, nothing else. */
  public static TraceExport to(String endpoint) {
    Map<String, String> defaults = new HashMap<>();
    defaults.put("otel.service.name", "neo-orchestrator");
    defaults.put("otel.exporter.otlp.protocol", "grpc");
    defaults.put("otel.metrics.exporter", "none");
    defaults.put("otel.logs.exporter", "none");
    defaults.put("otel.bsp.max.queue.size", "8192");
    defaults.put("otel.bsp.schedule.delay", "1000");
    return new TraceExport(
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> defaults)
            .addPropertiesCustomizer(
                given -> where(endpoint, given.getString("otel.exporter.otlp.traces.endpoint")))
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk());
  }

  /** A variable that names the place of traces has the last word; it is a full address. */
  private static Map<String, String> where(String endpoint, String ofTraces) {
    return ofTraces == null ? Map.of("otel.exporter.otlp.endpoint", endpoint) : Map.of();
  }

  public OpenTelemetry openTelemetry() {
    return sdk;
  }

  /** Sends what is left, for two seconds at most. */
  @Override
  public void close() {
    sdk.getSdkTracerProvider().shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
    sdk.close();
  }
}
