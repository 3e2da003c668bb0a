package ai.neo.modelgateway.repository;

import ai.neo.modelgateway.engine.ModelRefusedException;
import inference.ModelConfig;
import inference.ModelVersionPolicy;
import java.util.List;
import java.util.NavigableSet;

/** Which of the versions that are there a model's policy has served. */
final class VersionChoice {

  private VersionChoice() {}

  /**
   * Ascending and not empty; the latest one where nothing is stated.
   *
   * @throws ModelRefusedException when the policy fits none
   */
  static List<Long> of(ModelConfig config, NavigableSet<Long> there) throws ModelRefusedException {
    ModelVersionPolicy policy = config.getVersionPolicy();
    List<Long> chosen =
        switch (policy.getPolicyChoiceCase()) {
          case ALL -> List.copyOf(there);
          case SPECIFIC ->
              there.stream()
                  .filter(version -> policy.getSpecific().getVersionsList().contains(version))
                  .toList();
          case LATEST, POLICYCHOICE_NOT_SET -> {
            // Read as unsigned: more than there are means all of them.
            long most = Math.max(1, Integer.toUnsignedLong(policy.getLatest().getNumVersions()));
            yield there.stream().skip(Math.max(0, there.size() - most)).toList();
          }
        };
    if (chosen.isEmpty()) {
      throw new ModelRefusedException(
          "at least one version must be available under the version policy of model '"
              + config.getName()
              + "'");
    }
    return chosen;
  }
}
