package ai.neo.modelgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CircuitTest {
  private static final long OPEN_NS = 1_000;

  private final List<String> changes = new ArrayList<>();
  private final Circuit circuit =
      new Circuit(Duration.ofNanos(OPEN_NS), (from, to, why) -> changes.add(from + ">" + to));

  @Test
  void someFailuresInARowOpenIt() {
    circuit.failed(0, "x");
    circuit.failed(0, "x");
    circuit.succeeded();
    circuit.failed(0, "x");
    circuit.failed(0, "x");
    assertThat(circuit.admits(0)).isTrue();
    circuit.failed(5, "x");
    assertThat(circuit.state()).isEqualTo(Circuit.State.OPEN);
    assertThat(circuit.admits(5 + OPEN_NS - 1)).isFalse();
    assertThat(changes).containsExactly("CLOSED>OPEN");
  }

  @Test
  void oneTriesAndItsAnswerCloses() {
    open();
    assertThat(circuit.wouldAdmit(OPEN_NS)).isTrue();
    assertThat(circuit.admits(OPEN_NS)).isTrue();
    assertThat(circuit.admits(OPEN_NS + 1)).as("one at a time").isFalse();
    circuit.succeeded();
    assertThat(circuit.admits(OPEN_NS + 1)).isTrue();
    assertThat(changes).containsExactly("CLOSED>OPEN", "OPEN>HALF_OPEN", "HALF_OPEN>CLOSED");
  }

  @Test
  void itsFailureOpensAgainForAsLong() {
    open();
    assertThat(circuit.admits(OPEN_NS)).isTrue();
    circuit.failed(OPEN_NS + 10, "again");
    assertThat(circuit.admits(2 * OPEN_NS + 9)).isFalse();
    assertThat(circuit.admits(2 * OPEN_NS + 10)).isTrue();
  }

  @Test
  void aTrialOfUnknownOutcomeIsFollowedByAnother() {
    open();
    assertThat(circuit.admits(OPEN_NS)).isTrue();
    assertThat(circuit.admits(2 * OPEN_NS - 1)).isFalse();
    assertThat(circuit.admits(2 * OPEN_NS)).isTrue();
  }

  private void open() {
    for (int i = 0; i < Circuit.FAILURES; i++) {
      circuit.failed(0, "x");
    }
  }
}
