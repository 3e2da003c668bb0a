package ai.neo.modelgateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.MemoryRegistry;
import ai.neo.modelgateway.forward.ForwardSettings;
import ai.neo.modelgateway.forward.Forwarding;
import ai.neo.modelgateway.forward.RemoteServer;
import ai.neo.modelgateway.forward.StandInServer;
import inference.InferParameter;
import inference.ModelInferRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SequencesTest {
  private final AtomicLong now = new AtomicLong(5);
  private final Sequences sequences = new Sequences(now::get);
  private final List<Sequences.Turn> turns = new ArrayList<>();
  private StandInServer there;
  private Forwarding forwarding;
  private Sequences.Place place;

  @BeforeEach
  void start() throws IOException {
    there = new StandInServer("m", "1");
    forwarding =
        Forwarding.start(ForwardSettings.to(List.of(there.target())), new MemoryRegistry());
    RemoteServer server = forwarding.servers().getFirst();
    place = new Sequences.Place(server, "1");
  }

  @AfterEach
  void close() {
    forwarding.close();
    there.close();
  }

  @Test
  void turnsComeOneAfterAnotherInTheirOrder() {
    for (int i = 0; i <= Sequences.WAITING_MAX; i++) {
      assertThat(sequences.enter(key("a"), turns::add)).isTrue();
    }
    assertThat(sequences.enter(key("a"), turns::add)).as("too many").isFalse();
    assertThat(sequences.enter(key("b"), turns::add)).as("of another").isTrue();
    assertThat(turns).hasSize(2);
    turns.getFirst().begin(place, Duration.ZERO);
    turns.getFirst().over(false);
    turns.getFirst().over(false);
    assertThat(turns).hasSize(3);
    assertThat(turns.get(2).place()).contains(place);
    assertThat(turns.get(1).place()).isEmpty();
  }

  @Test
  void whatEndedOrIsIdleIsForgotten() {
    run("a", false);
    run("b", true);
    run("long", false, Duration.ofMinutes(5));
    assertThat(sequences.size()).isEqualTo(2);
    now.addAndGet(Sequences.IDLE.toNanos() - 1);
    assertThat(placeOf("a")).isTrue();
    now.addAndGet(Sequences.IDLE.toNanos());
    assertThat(placeOf("a")).isFalse();
    assertThat(placeOf("long")).isTrue();
  }

  @Test
  void noMoreAreRememberedThanMayBe() {
    for (int i = 0; i < Sequences.MAX; i++) {
      run("s" + i, false);
    }
    assertThat(placeOf("s0")).isTrue();
    run("more", false);
    assertThat(sequences.size()).isEqualTo(Sequences.MAX);
    assertThat(placeOf("s0")).as("it went on since").isTrue();
    assertThat(placeOf("s1")).isFalse();
  }

  @Test
  void numbersAndTextsAreIdsAndNothingElseIs() {
    assertThat(id(InferParameter.newBuilder().setInt64Param(7))).isEqualTo("7");
    assertThat(id(InferParameter.newBuilder().setInt64Param(-1))).isEqualTo("18446744073709551615");
    assertThat(id(InferParameter.newBuilder().setStringParam("7"))).isEqualTo("'7'");
    assertThat(id(InferParameter.newBuilder().setInt64Param(0))).isEmpty();
    assertThat(id(InferParameter.newBuilder().setStringParam(""))).isEmpty();
    assertThat(id(InferParameter.newBuilder().setBoolParam(true))).isEmpty();
  }

  private static String id(InferParameter.Builder value) {
    return Sequences.Key.of(
            ModelInferRequest.newBuilder().putParameters("sequence_id", value.build()).build())
        .map(Sequences.Key::id)
        .orElse("");
  }

  private void run(String id, boolean last) {
    run(id, last, Duration.ZERO);
  }

  private void run(String id, boolean last, Duration idle) {
    sequences.enter(
        key(id),
        turn -> {
          turn.begin(place, idle);
          turn.over(last);
        });
  }

  private boolean placeOf(String id) {
    List<Boolean> known = new ArrayList<>();
    sequences.enter(
        key(id),
        turn -> {
          known.add(turn.place().isPresent());
          turn.over(false);
        });
    return known.getFirst();
  }

  private static Sequences.Key key(String id) {
    return new Sequences.Key("m", "", id);
  }
}
