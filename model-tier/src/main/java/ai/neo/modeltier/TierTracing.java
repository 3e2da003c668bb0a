package ai.neo.modeltier;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sends this process's spans where OpenTelemetry's own variables say; without them it does nothing.
 * By default only calls are traced whose caller asks for it.
 */
final class TierTracing implements AutoCloseable {
  private static final long FLUSH_MS = 500;

  private final Optional<OpenTelemetrySdk> sdk;

  private TierTracing(Optional<OpenTelemetrySdk> sdk) {
    this.sdk = sdk;
  }

  /** Opens it, and makes it the process's own. */
  static TierTracing open(Map<String, String> environment) {
    boolean wanted =
        environment.containsKey("OTEL_EXPORTER_OTLP_ENDPOINT")
            || environment.containsKey("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    if (!wanted) {
      return new TierTracing(Optional.empty());
    }
    Map<String, String> defaults =
        Map.of(
            "otel.service.name", "neo-model-tier",
            "otel.exporter.otlp.protocol", "grpc",
            "otel.metrics.exporter", "none",
            "otel.logs.exporter", "none",
            "otel.traces.sampler", "parentbased_always_off",
            "otel.bsp.max.queue.size", "8192",
            "otel.bsp.schedule.delay", "500");
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> defaults)
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk();
    GlobalOpenTelemetry.set(sdk);
    return new TierTracing(Optional.of(sdk));
  }

  OpenTelemetry openTelemetry() {
    return sdk.<OpenTelemetry>map(open -> open).orElse(OpenTelemetry.noop());
  }

  /** Sends what is left, for half a second at most. */
  @Override
  public void close() {
    sdk.ifPresent(
        open -> {
          open.getSdkTracerProvider().shutdown().join(FLUSH_MS, TimeUnit.MILLISECONDS);
          open.close();
        });
  }
}
