package ai.neo.orchestrator.portfolio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeenTradesTest {
  @Test
  void knowsWhatASetOfStringsKnows() {
    SeenTrades seen = new SeenTrades();
    Set<String> expected = new HashSet<>();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 300_000; i++) {
      String id = "run-1-" + random.nextInt(200_000);
      assertThat(seen.add(id)).as(id).isEqualTo(expected.add(id));
    }
  }

  @Test
  void idsThatAreAlmostAlikeAreDifferent() {
    SeenTrades seen = new SeenTrades();
    for (String id : List.of("", "0", "00", "\0", "a", "A", "ab", "ba", "é", "1-1", "11-", "-11")) {
      assertThat(seen.add(id)).as("first %s", id).isTrue();
    }
    for (long number = 0; number < 1_000_000; number++) {
      if (!seen.add("t" + number)) {
        throw new AssertionError("t" + number + " was new");
      }
    }
    assertThat(seen.add("")).isFalse();
    assertThat(seen.add("ba")).isFalse();
    assertThat(seen.add("t999999")).isFalse();
  }
}
