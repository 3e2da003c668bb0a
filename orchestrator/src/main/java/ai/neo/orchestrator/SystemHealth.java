package ai.neo.orchestrator;

import ai.neo.orchestrator.configuration.Endpoint;
import ai.neo.orchestrator.features.RedisOutage;
import ai.neo.orchestrator.gateway.GatewayProbe;
import ai.neo.orchestrator.operations.ModelTierProcess;
import ai.neo.orchestrator.operations.PostgresProbe;
import ai.neo.orchestrator.projection.JournalProjection;
import ai.neo.orchestrator.telemetry.FeedWatch;
import ai.neo.orchestrator.telemetry.HealthChecks;
import ai.neo.orchestrator.telemetry.HealthChecks.Finding;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** How each part of a running system is asked whether it works. */
final class SystemHealth {
  private final Parts parts;

  private SystemHealth(Parts parts) {
    this.parts = parts;
  }

  /**
   * What there is to ask.
   *
   * @param modelTier empty if the gateway runs elsewhere
   * @param projection empty until it was started
   * @param journalSequence the last frame that was written
   */
  record Parts(
      Endpoint gateway,
      Optional<ModelTierProcess> modelTier,
      GatewayProbe gatewayProbe,
      PostgresProbe postgres,
      Supplier<Optional<JournalProjection>> projection,
      RedisOutage redis,
      LongSupplier journalSequence,
      FeedWatch feed) {}

  /** By the part's name, in the order in which they are shown. */
  static Map<String, HealthChecks.Check> checks(Parts parts) {
    SystemHealth health = new SystemHealth(parts);
    Map<String, HealthChecks.Check> checks = new LinkedHashMap<>();
    checks.put("Gateway", health::gateway);
    checks.put("PostgreSQL", health::postgres);
    checks.put("Redis", health::redis);
    checks.put("Journal", () -> Finding.up("frame " + parts.journalSequence().getAsLong()));
    checks.put("Feed", parts.feed());
    return checks;
  }

  private Finding gateway() {
    if (parts.modelTier().isPresent() && !parts.modelTier().get().up()) {
      return Finding.down("the model tier has ended and is started again");
    }
    return parts.gatewayProbe().ready()
        ? Finding.up(parts.gateway().toString())
        : Finding.starting("no version of the model serves yet");
  }

  private Finding postgres() throws ExecutionException, TimeoutException, InterruptedException {
    parts.postgres().ask();
    return parts
        .projection()
        .get()
        .map(
            projection ->
                projection.connected()
                    ? Finding.up("frame " + projection.projectedSequence())
                    : Finding.down("answers, but the projection has not caught on"))
        .orElseGet(() -> Finding.starting("nothing projected yet"));
  }

  private Finding redis() {
    return parts.redis().away()
        ? Finding.degraded("away; not needed to trade")
        : Finding.up("latest features");
  }
}
