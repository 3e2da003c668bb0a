package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureRowTextTest {
  private static final List<String> NAMES = List.of("slope", "spread");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1.5, -2]",
        "{\"spread\": -2, \"slope\": 1.5, \"label\": 1}",
        "1.5,-2\n",
        "time_ns,spread,slope\n77,-2,1.5\n"
      })
  void aRowIsReadHoweverItIsWritten(String text) {
    assertThat(FeatureRowText.parse(text, NAMES)).containsExactly(1.5f, -2f);
  }

  @Test
  void aWindowIsVectorAfterVector() {
    assertThat(FeatureRowText.parse("[[1,2],[3,4]]", NAMES)).containsExactly(1f, 2f, 3f, 4f);
    assertThat(FeatureRowText.parse("slope spread\n1 2\n3 4", NAMES)).containsExactly(1f, 2, 3, 4);
  }

  @Test
  void whatIsWrongIsSaidWithItsPlace() {
    refused("", "empty");
    refused("1,x", "line 1: 'x' is no number");
    refused("slope\n1", "line 2 has no 'spread'");
    refused("{\"slope\":1}", "no 'spread'");
    refused("[1,null]", "number 2");
    refused("[1,", "no JSON");
    refused("[1, NaN]", "number 2 is NaN; each feature is a finite number");
    refused("{\"slope\": 1, \"spread\": -Infinity}", "spread is -Infinity; each feature");
    refused("slope,spread\n1,NaN", "line 2, spread is NaN; each feature");
    refused("[1, 1e99]", "number 2 is 1.0E99; each feature");
    refused("[1 2]", "the row is no JSON: line 1, column ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"@3", "direction@", "direction@x", "direction@0"})
  void aModelsNameIsNameOrNameAtVersion(String text) {
    assertThatThrownBy(() -> ModelName.parse(text)).hasMessageContaining("NAME@VERSION");
    assertThat(ModelName.parse("direction@3")).isEqualTo(new ModelName("direction", "3"));
  }

  private static void refused(String text, String message) {
    assertThatThrownBy(() -> FeatureRowText.parse(text, NAMES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
