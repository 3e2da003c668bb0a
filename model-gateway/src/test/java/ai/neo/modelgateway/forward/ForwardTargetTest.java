package ai.neo.modelgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardTargetTest {

  @Test
  void aServerAndItsModelsAreRead() {
    assertThat(ForwardTarget.parse("triton=10.0.0.1:8001"))
        .isEqualTo(new ForwardTarget("triton", "10.0.0.1", 8001, Set.of()));
    assertThat(ForwardTarget.parse(" t=[::1]:8001/a/b.c ").models())
        .containsExactlyInAnyOrder("a", "b.c");
    assertThat(ForwardTarget.parse("t=h:1/a").offers("b")).isFalse();
    assertThat(ForwardTarget.parse("t=h:1").offers("b")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "h:1", "t=h", "t=h:", "t=:1", "t=h:1,u=h:2", "t=h:x"})
  void whatIsNoServerIsRefused(String text) {
    assertThatThrownBy(() -> ForwardTarget.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }

  @Test
  void namesAreUnique() {
    List<ForwardTarget> twice = List.of(ForwardTarget.parse("t=h:1"), ForwardTarget.parse("t=h:2"));
    assertThatThrownBy(() -> ForwardSettings.to(twice)).hasMessageContaining("'t'");
  }
}
