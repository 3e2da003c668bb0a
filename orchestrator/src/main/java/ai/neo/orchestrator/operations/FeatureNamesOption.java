package ai.neo.orchestrator.operations;

import ai.neo.featurestore.FeatureSetDefinition;
import java.util.List;

/**
 * What a gateway is told at its start of the features' names: it must not know of feature sets, and
 * people who read its alarms and metrics do not think in places of a vector.
 */
public final class FeatureNamesOption {
  private FeatureNamesOption() {}

  /** Arguments of a model tier with a gateway in it. */
  public static List<String> arguments() {
    FeatureSetDefinition bundled = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    return List.of(
        "--quality", "features=" + bundled.id() + ":" + String.join(",", bundled.names()));
  }
}
