package ai.neo.modelregistry;

import static ai.neo.modelregistry.TestRegistry.champion;
import static ai.neo.modelregistry.TestRegistry.failure;
import static ai.neo.modelregistry.TestRegistry.move;
import static ai.neo.modelregistry.TestRegistry.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AliasesTest {
  @TempDir private static Path directory;
  private TestRegistry neo;

  @BeforeAll
  void start(@ExtendWith(SharedPostgres.class) TestDatabase database) throws IOException {
    neo = new TestRegistry(new RegistrySettings(database.url(), directory));
  }

  @AfterAll
  void stop() throws IOException {
    neo.close();
  }

  @Test
  void rollingBackTwiceGoesTwoVersionsBackAndNeverForward() {
    registerFour("stack");
    promote("stack", "", "1");
    promote("stack", "1", "2");
    assertThat(promote("stack", "2", "3").getPreviousVersion()).isEqualTo("2");
    assertThat(rollback("stack", "3", "2").getPreviousVersion()).isEqualTo("1");
    assertThat(rollback("stack", "2", "1").getPreviousVersion()).isEmpty();
    assertThat(neo.stub.getAlias(champion("stack")))
        .isEqualTo(
            Alias.newBuilder()
                .setModel("stack")
                .setAlias("champion")
                .setVersion("1")
                .setEpoch(5)
                .build());
    assertThat(promote("stack", "1", "4"))
        .returns("1", Alias::getPreviousVersion)
        .returns(6L, Alias::getEpoch)
        .isEqualTo(neo.stub.getAlias(champion("stack")));
  }

  @Test
  void exactlyOneOfManyWins() throws Exception {
    registerFour("race");
    assertThat(race("race", "", Status.Code.ALREADY_EXISTS)).isEqualTo(1);
    String now = neo.stub.getAlias(champion("race")).getVersion();
    assertThat(race("race", now, Status.Code.ABORTED)).isEqualTo(1);
    assertThat(neo.history("race").getEntriesList())
        .filteredOn(entry -> entry.getAction().equals("promote"))
        .hasSize(2);
    assertThat(neo.history("race").getChainIntact()).isTrue();
  }

  /** Many callers who all believe the alias is at one place; returns how many moved it. */
  private int race(String model, String expected, Status.Code lost) throws Exception {
    String target = expected.equals("1") ? "2" : "1";
    List<Callable<Boolean>> calls = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      calls.add(
          () -> {
            try {
              neo.stub.moveAlias(move(model, expected, target, "promote"));
              return true;
            } catch (StatusRuntimeException e) {
              assertThat(e.getStatus().getCode()).isEqualTo(lost);
              return false;
            }
          });
    }
    int winners = 0;
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> won : executor.invokeAll(calls)) {
        winners += won.get() ? 1 : 0;
      }
    }
    return winners;
  }

  @Test
  void aLoserLearnsWhereTheAliasIs() {
    registerFour("loser");
    Status nowhere = failure(() -> promote("loser", "1", "2"));
    assertThat(nowhere.getCode()).isEqualTo(Status.Code.ABORTED);
    assertThat(nowhere.getDescription()).contains("points nowhere");
    promote("loser", "", "2");
    Status elsewhere = failure(() -> promote("loser", "1", "3"));
    assertThat(elsewhere.getCode()).isEqualTo(Status.Code.ABORTED);
    assertThat(elsewhere.getDescription()).contains("points to version 2, not to version 1");
    assertThat(failure(() -> promote("loser", "", "3")).getCode())
        .isEqualTo(Status.Code.ALREADY_EXISTS);
  }

  @Test
  void aMoveThatMakesNoSenseChangesNothing() {
    registerFour("nonsense");
    promote("nonsense", "", "1");
    assertThat(failure(() -> promote("nonsense", "1", "9")).getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(failure(() -> promote("nobody", "", "1")).getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    var good = move("nonsense", "1", "2", "promote").toBuilder();
    for (var bad :
        List.of(
            good.clone().setVersion("1").build(),
            good.clone().setAlias("v1").build(),
            good.clone().setAlias("12").build(),
            good.clone().setAlias("latest").build(),
            good.clone().setAlias("Champion").build(),
            good.clone().setAction("demote").build(),
            good.clone().setAction("").build(),
            good.clone().setActor("").build(),
            good.clone().setReason("").build())) {
      assertThat(failure(() -> neo.stub.moveAlias(bad)).getCode())
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    Status never = failure(() -> rollback("nonsense", "1", "3"));
    assertThat(never.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(never.getDescription()).contains("never pointed to version 3");
    assertThat(neo.stub.getAlias(champion("nonsense")).getVersion()).isEqualTo("1");
    assertThat(neo.history("nonsense").getEntriesCount()).isEqualTo(6);
  }

  @Test
  void versionsAlwaysComeWithTheirAliases() {
    registerFour("shown");
    promote("shown", "", "2");
    neo.stub.moveAlias(move("shown", "", "2", "move").toBuilder().setAlias("challenger").build());
    neo.stub.moveAlias(move("shown", "", "3", "move").toBuilder().setAlias("shadow").build());
    assertThat(neo.stub.getVersion(version("shown", "2")).getAliasesList())
        .containsExactly("challenger", "champion");
    assertThat(
            neo.stub
                .listVersions(ListVersionsRequest.newBuilder().setModel("shown").build())
                .getVersionsList())
        .extracting(version -> List.copyOf(version.getAliasesList()))
        .containsExactly(
            List.of(), List.of("shadow"), List.of("challenger", "champion"), List.of());
    assertThat(neo.stub.fetchArtifact(version("shown", "3")).getVersion().getAliasesList())
        .containsExactly("shadow");
  }

  @Test
  void historySaysWhoWasChampionWhenAndWhy() {
    registerFour("past");
    promote("past", "", "1");
    promote("past", "1", "3");
    rollback("past", "3", "1");
    List<LedgerEntry> moves =
        neo.history("past").getEntriesList().stream()
            .filter(entry -> !List.of("create", "register").contains(entry.getAction()))
            .toList();
    assertThat(moves)
        .extracting(LedgerEntry::getAction)
        .containsExactly("promote", "promote", "rollback");
    assertThat(moves.get(2).getEvidenceJson())
        .isEqualTo("{\"alias\":\"champion\",\"from\":\"3\",\"to\":\"1\",\"previous\":\"\"}");
    assertThat(moves).extracting(LedgerEntry::getReason).containsOnly("because");

    assertThat(championAt("past", Instant.EPOCH)).isEmpty();
    assertThat(championAt("past", time(moves.get(0)).minusNanos(1000))).isEmpty();
    assertThat(championAt("past", time(moves.get(0)))).isEqualTo("1");
    assertThat(championAt("past", time(moves.get(1)).minusNanos(1000))).isEqualTo("1");
    assertThat(championAt("past", time(moves.get(1)))).isEqualTo("3");
    assertThat(championAt("past", time(moves.get(2)))).isEqualTo("1");
    assertThat(championAt("past", time(moves.get(2)).plusSeconds(3600))).isEqualTo("1");
    assertThatThrownBy(() -> neo.registry.championAt("nobody", Instant.EPOCH))
        .hasMessageContaining("no model 'nobody'");
  }

  private String championAt(String model, Instant time) {
    return neo.registry.championAt(model, time).map(ModelVersion::getVersion).orElse("");
  }

  private static Instant time(LedgerEntry entry) {
    return Instant.parse(entry.getTime());
  }

  private void registerFour(String model) {
    for (int i = 0; i < 4; i++) {
      neo.register(model, i);
    }
  }

  private Alias promote(String model, String expected, String version) {
    return neo.stub.moveAlias(move(model, expected, version, "promote"));
  }

  private Alias rollback(String model, String expected, String version) {
    return neo.stub.moveAlias(move(model, expected, version, "rollback"));
  }
}
