package ai.neo.modelgateway.forward;

import inference.ModelConfig;
import inference.ModelMetadataResponse;
import inference.ModelParameter;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of one model of one server; immutable.
 *
 * @param ready metadata of the versions that answer, by number
 * @param config of the version that was described last; empty when none ever was
 * @param registered what the registry says of those versions, as far as it has them
 * @param pinned what a request without a version is answered by
 */
public record RemoteModel(
    String name,
    NavigableMap<Long, ModelMetadataResponse> ready,
    Optional<ModelConfig> config,
    Map<String, Registered> registered,
    Pin pinned) {

  /** The alias of what the registry calls champion. */
  public static final String CHAMPION = "champion";

  /** The alias of the highest version that is ready, where the registry knows no champion. */
  public static final String DEFAULT = "default";

  /**
   * What a request without a version means, found out once and not anew for each request.
   *
   * @param version empty when there is none
   * @param alias "champion" where the registry says so, else "default": the highest that is ready
   * @param problem why there is none
   * @param epoch rises by one with each change of the version, from 1
   * @param confirmedNs when the registry was asked, by {@link System#nanoTime}; counts for
   *     champions alone
   */
  public record Pin(
      Optional<String> version, String alias, String problem, long epoch, long confirmedNs) {}

  /**
   * What the registry says of a version.
   *
   * @param digest SHA-256 in hex
   */
  public record Registered(String digest, String featureSetId) {}

  public RemoteModel {
    registered = Map.copyOf(registered);
    ready = Collections.unmodifiableNavigableMap(new TreeMap<>(ready));
  }

  /** The metadata of a version that is ready, by its number. */
  public Optional<ModelMetadataResponse> metadata(String version) {
    return version.length() > 18 // longer than any number that the server told
        ? Optional.empty()
        : Optional.ofNullable(ready.get(Long.parseLong(version)));
  }

  /** The parameter of that name in the model's configuration. */
  public Optional<String> parameter(String key) {
    return config
        .map(found -> found.getParametersMap().get(key))
        .map(ModelParameter::getStringValue);
  }

  /** Whether it answers a request with any number of messages, which takes a stream. */
  public boolean isDecoupled() {
    return config.filter(found -> found.getModelTransactionPolicy().getDecoupled()).isPresent();
  }

  /** Whether it keeps something from request to request, so that another cannot stand in. */
  public boolean isStateful() {
    return config.filter(ModelConfig::hasSequenceBatching).isPresent();
  }

  /** How long it keeps a sequence of which nothing comes; zero where it does not say. */
  public Duration sequenceIdle() {
    return config
        .map(found -> found.getSequenceBatching().getMaxSequenceIdleMicroseconds())
        .filter(micros -> micros > 0)
        .map(micros -> Duration.of(micros, ChronoUnit.MICROS))
        .orElse(Duration.ZERO);
  }

  /** Whether an answer may depend on requests that came at the same time. */
  public boolean isBatched() {
    return config.filter(found -> found.hasDynamicBatching()).isPresent();
  }

  RemoteModel with(Pin other) {
    return new RemoteModel(name, ready, config, registered, other);
  }
}
