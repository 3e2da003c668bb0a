package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The registry as the gateway needs it: which versions there are, which one is champion, and the
 * ledger. Calls block on the registry's store; never call them from the thread that answers
 * predictions. Every method throws {@link RegistryException} when the registry is away or refuses.
 */
public interface VersionRegistry {

  /** How long a request that waits for the registry's word waits for it. */
  Duration PROMPTLY = Duration.ofSeconds(1);

  /**
   * The same registry for a few questions that are given up, as UNAVAILABLE, when so long has
   * passed from now, or the present call's own deadline has. Where nothing can hang it is this one.
   */
  default VersionRegistry within(Duration limit) {
    return this;
  }

  /**
   * The version's bytes and description.
   *
   * @throws ModelRefusedException when there is no such version
   */
  ModelArtifact fetch(String model, String version) throws ModelRefusedException;

  /**
   * The version that the registry calls champion.
   *
   * @param previous the champion before it, by the ledger; empty when there was none
   * @param epoch how many times the champion has moved, by the ledger: it outlives every gateway
   */
  record Champion(String version, Optional<String> previous, long epoch) {}

  /** Who is champion; empty when nobody is. */
  Optional<Champion> standing(String model);

  /** The version that the registry calls champion. */
  default Optional<String> champion(String model) {
    return standing(model).map(Champion::version);
  }

  /**
   * Stores the artifact and registers it as the next version; the champion does not change. A
   * format that may never be loaded is a {@link RegistryException} of kind REFUSED.
   */
  ModelVersion register(RegisterRequest request);

  /** The versions of a model, newest first; empty when the model is unknown. */
  List<ModelVersion> list(String model);

  /**
   * Moves the champion by compare-and-set; kind CONFLICT when it is not where the caller believes.
   *
   * @param expected the present champion, empty when there is none yet
   * @param action "promote" or "rollback", as the ledger says it
   * @return the epoch that began with it
   */
  long moveChampion(
      String model, String version, String expected, String action, String actor, String reason);

  /** For {@link #watch}: nothing that happened before. */
  long FROM_NOW = -1;

  /**
   * Delivers first where the registry's stream of changes stands, then every change behind a
   * position, in order and on this thread. Returns when the registry ends it, and throws when it is
   * away or the thread was interrupted.
   *
   * @param afterPosition the last one seen, or {@link #FROM_NOW}
   */
  default void watch(long afterPosition, Consumer<Change> watcher) {
    throw new RegistryException(
        RegistryException.Kind.REFUSED, "this registry has no stream of changes");
  }

  /** Adds evidence (a gate's result, a refusal) to the ledger. */
  void record(RecordRequest request);
}
