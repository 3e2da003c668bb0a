package ai.neo.orchestrator.operations;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.featurestore.FeatureSetDefinition;
import org.junit.jupiter.api.Test;

class FeatureNamesOptionTest {
  @Test
  void namesComeInTheOrderOfTheVectorUnderTheIdThatModelsCarry() {
    FeatureSetDefinition bundled = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    assertThat(FeatureNamesOption.arguments()).hasSize(2).startsWith("--quality");
    String[] parts = FeatureNamesOption.arguments().getLast().split("[=:,]", -1);
    assertThat(parts).startsWith("features", bundled.id(), bundled.names().getFirst());
    assertThat(parts).hasSize(2 + bundled.width()).endsWith(bundled.names().getLast());
  }
}
