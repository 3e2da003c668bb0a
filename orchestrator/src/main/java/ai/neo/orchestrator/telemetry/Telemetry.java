package ai.neo.orchestrator.telemetry;

import ai.neo.orchestrator.configuration.Configuration;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Logs, traces and timings of one process, opened first and closed last. */
public final class Telemetry implements AutoCloseable {
  private static final Duration HEALTH_EVERY = Duration.ofSeconds(1);
  private static final Duration HEALTH_PATIENCE = Duration.ofSeconds(5);

  private final Configuration.Telemetry settings;
  private final LogOutput logs;
  private final Optional<TraceExport> export;
  private final Latencies latencies = Latencies.fresh();

  private Telemetry(
      Configuration.Telemetry settings, LogOutput logs, Optional<TraceExport> export) {
    this.settings = settings;
    this.logs = logs;
    this.export = export;
  }

  /**
   * Begins to log, and to trace where an endpoint is set.
   *
   * @param logDirectory made if it is not there
   */
  public static Telemetry open(Configuration.Telemetry settings, Path logDirectory)
      throws IOException {
    LogOutput logs = LogOutput.open(settings.logFormat(), logDirectory);
    return new Telemetry(
        settings, logs, settings.otlpEndpoint().map(URI::toString).map(TraceExport::to));
  }

  /** What the run is timed by. */
  public Latencies latencies() {
    return latencies;
  }

  /** What a child process has to know in order to join the traces; it traces nothing by itself. */
  public Map<String, String> childEnvironment() {
    return settings
        .otlpEndpoint()
        .map(
            endpoint ->
                Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    endpoint.toString(),
                    "OTEL_TRACES_SAMPLER",
                    System.getenv().getOrDefault("OTEL_TRACES_SAMPLER", "parentbased_always_off")))
        .orElse(Map.of());
  }

  /** The channel, sending the current span along; the same where nothing is traced. */
  public Channel traced(Channel channel) {
    return export.isEmpty() ? channel : ClientInterceptors.intercept(channel, new TraceHeaders());
  }

  /** Watches the one run of this process; it waits for its data's clock. */
  public ObservedRun observe(String runId, List<String> symbols, boolean waitsForData) {
    logs.run(runId);
    return new ObservedRun(
        new ObservedRun.Parts(
            latencies,
            new RunLog(symbols, System::nanoTime),
            export.map(
                to ->
                    new DecisionTraces(to.openTelemetry(), settings.traceRatio(), runId, symbols)),
            waitsForData));
  }

  /** Watches that a run's data come in. */
  public FeedWatch feedWatch(ObservedRun run, Duration longestSilence) {
    return new FeedWatch(run::lastTickNs, run::feedLost, longestSilence, System::nanoTime);
  }

  /** Asks each part every second; one that takes longer than five is down. */
  public HealthChecks healthChecks(Map<String, HealthChecks.Check> checks) {
    return new HealthChecks(checks, HEALTH_EVERY, HEALTH_PATIENCE, System::nanoTime);
  }

  @Override
  public void close() {
    export.ifPresent(TraceExport::close);
    logs.close();
  }
}
