package ai.neo.modelregistry.gates;

import ai.neo.proto.signing.VerifyingKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the operator asks of every promotion, whoever makes it and by whatever way. Immutable.
 *
 * @param evaluators who may sign evaluations, by name
 * @param signers whose TorchScript may be promoted and loaded, by name
 * @param signedTorchScript whether TorchScript of nobody else may be promoted
 * @param models gates by the model's name; "*" for every model that has no entry of its own
 * @param webhookHosts that events may be sent to, {@code host} or {@code host:port}
 */
public record RegistryPolicy(
    Map<String, VerifyingKey> evaluators,
    Map<String, VerifyingKey> signers,
    boolean signedTorchScript,
    Map<String, GateSettings> models,
    Set<String> webhookHosts) {
  /** For every model without an entry of its own. */
  public static final String ANY = "*";

  /** Nothing asked, nobody trusted, nothing sent. */
  public static final RegistryPolicy NONE =
      new RegistryPolicy(Map.of(), Map.of(), false, Map.of(), Set.of());

  public RegistryPolicy {
    evaluators = Map.copyOf(evaluators);
    signers = Map.copyOf(signers);
    models = Map.copyOf(models);
    webhookHosts = Set.copyOf(webhookHosts);
    boolean signaturesNeeded = models.values().stream().anyMatch(GateSettings::signedEvaluation);
    if (signaturesNeeded && evaluators.isEmpty()) {
      throw new IllegalArgumentException(
          "signed_evaluation is asked for and no evaluator is named, so that nothing could ever"
              + " be promoted; add a key under evaluators");
    }
  }

  /** The gates before a model's champion. */
  public GateSettings gates(String model) {
    return Optional.ofNullable(models.get(model))
        .orElseGet(() -> models.getOrDefault(ANY, GateSettings.NONE));
  }

  /** The evaluator whose key has that id. */
  public Optional<Map.Entry<String, VerifyingKey>> evaluator(String keyId) {
    return find(evaluators, keyId);
  }

  /** The signer whose key has that id. */
  public Optional<Map.Entry<String, VerifyingKey>> signer(String keyId) {
    return find(signers, keyId);
  }

  /** The keys whose signature lets a program run. */
  public List<VerifyingKey> trustedKeys() {
    return List.copyOf(signers.values());
  }

  private static Optional<Map.Entry<String, VerifyingKey>> find(
      Map<String, VerifyingKey> keys, String id) {
    return keys.entrySet().stream().filter(entry -> entry.getValue().id().equals(id)).findFirst();
  }
}
