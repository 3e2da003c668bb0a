package ai.neo.featurestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureSetDefinitionTest {
  private static final String SMALL =
      """
      name: small
      version: 2
      features:
        - name: r1
          kind: log_return
          params: {bars: 1, scale: 100}
        - name: strength
          kind: rsi
      """;

  @Test
  void readsNameVersionAndFeaturesInOrder() {
    FeatureSetDefinition small = FeatureSetDefinition.parse(SMALL);
    assertThat(small.name()).isEqualTo("small");
    assertThat(small.version()).isEqualTo(2);
    assertThat(small.names()).containsExactly("r1", "strength");
    assertThat(small.features().get(1).params())
        .containsEntry("period", 14.0)
        .containsEntry("scale", 1.0);
    assertThat(small.barsNeeded()).isEqualTo(15);
  }

  @Test
  void idIsThatOfTheMeaningAndNotOfTheSpelling() {
    FeatureSetDefinition small = FeatureSetDefinition.parse(SMALL);
    String otherwise =
        """
        # the same, written by somebody else
        version: 2
        features:
          - {kind: log_return, params: {scale: 100.0, lag: 0}, name: r1}
          - {kind: rsi, name: strength, params: {period: 14}}
        name: small
        """;
    assertThat(FeatureSetDefinition.parse(otherwise)).isEqualTo(small);
    assertThat(small.id()).matches("[0-9a-f]{16}");
    assertThat(FeatureSetDefinition.parse(otherwise).id()).isEqualTo(small.id());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version: 2|version: 3",
        "name: small|name: smaller",
        "bars: 1|bars: 2",
        "scale: 100|scale: 101",
        "kind: rsi|kind: range",
        "strength|weakness"
      })
  void everyChangeOfMeaningChangesTheId(String from, String to) {
    String changed = SMALL.replace(from, to);
    assertThat(changed).isNotEqualTo(SMALL);
    assertThat(FeatureSetDefinition.parse(changed).id())
        .isNotEqualTo(FeatureSetDefinition.parse(SMALL).id());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version: 2|verzion: 2|unknown key=verzion, nearest is version",
        "kind: rsi|kind: rsj|unknown kind=rsj, nearest is rsi",
        "kind: rsi|kidn: rsi|unknown key=kidn, nearest is kind",
        "bars: 1|bar: 1|unknown param=bar, nearest is bars",
        "bars: 1|bars: 1.5|bars=1.5, expected a whole number",
        "bars: 1|bars: 0|bars=0.0, expected a whole number from 1.0",
        "bars: 1|bars: many|bars=many, expected a number",
        "scale: 100|scale: .nan|no valid YAML",
        "version: 2|version: 0|version=0, expected 1 or more",
        "version: 2|version: two|version=two, expected a whole number",
        "strength|r1|feature=r1 is defined twice",
        "name: small|name: Small One|feature set name=Small One",
        "name: small|name: small\\nname: again|no valid YAML",
        "version: 2|''|version is missing"
      })
  void whatIsNotUnderstoodIsRefusedWithTheReason(String from, String to, String reason) {
    String wrong = SMALL.replace(from, to.replace("\\n", "\n"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FeatureSetDefinition.parse(wrong))
        .withMessageContaining(reason);
  }

  @Test
  void theBundledSetIsReadAndKeepsItsId() {
    FeatureSetDefinition bundled = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    assertThat(bundled.width()).isEqualTo(24);
    assertThat(bundled.barsNeeded()).isEqualTo(34);
    // Models are bound to this id: where it changes, raise the version and train anew.
    assertThat(bundled.id()).isEqualTo("dca6523865b8bc62");
    assertThatIllegalArgumentException().isThrownBy(() -> FeatureSetDefinition.bundled("none"));
  }
}
