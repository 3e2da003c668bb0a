package ai.neo.orchestrator.gateway;

import static ai.neo.orchestrator.gateway.TrainedOn.Overlap.NONE;
import static ai.neo.orchestrator.gateway.TrainedOn.Overlap.OTHER_INSTRUMENT;
import static ai.neo.orchestrator.gateway.TrainedOn.Overlap.TRAINED;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.lineage.TrainedSpan;
import ai.neo.proto.registry.v1.ModelVersion;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainedOnTest {
  private static final long HORIZON = 400;
  private static final TrainedSpan BTC = new TrainedSpan("BTCUSDT", 300, 60, 1_000, 2_000, 100);
  private static final TrainedSpan ETH = new TrainedSpan("ETHUSDT", 200, 300, 8_000, 9_000, 500);

  @Test
  void aTrainingThatNamesItsInstrumentsIsJudgedByThem() {
    TrainedOn trained = only(trained(500, BTC, ETH));

    assertThat(trained.known()).isTrue();
    assertThat(trained.spans())
        .containsExactly(
            new TrainedOn.Span("1", Optional.of("BTCUSDT"), 300, 1_000, 2_000, 100),
            new TrainedOn.Span("1", Optional.of("ETHUSDT"), 200, 8_000, 9_000, 500));
    assertThat(overlap(trained, "BTCUSDT", 1_500)).isEqualTo(TRAINED);
    assertThat(overlap(trained, "ETHUSDT", 1_500)).isEqualTo(OTHER_INSTRUMENT);
    assertThat(overlap(trained, "SOLUSDT", 8_500)).isEqualTo(OTHER_INSTRUMENT);
    assertThat(overlap(trained, "BTCUSDT", 5_000)).as("between the two").isEqualTo(NONE);
  }

  @Test
  void labelsAreKeptApartByWhatEachLooksAhead() {
    TrainedOn trained = only(trained(300, BTC));

    assertThat(overlap(trained, "BTCUSDT", 1_000 - HORIZON)).isEqualTo(TRAINED);
    assertThat(overlap(trained, "BTCUSDT", 1_000 - HORIZON - 1)).isEqualTo(NONE);
    assertThat(overlap(trained, "BTCUSDT", 2_100)).isEqualTo(TRAINED);
    assertThat(overlap(trained, "BTCUSDT", 2_101)).isEqualTo(NONE);
    assertThat(overlap(trained, "ETHUSDT", 2_100)).isEqualTo(OTHER_INSTRUMENT);
  }

  @Test
  void anotherWayToWriteASymbolIsNoOtherInstrument() {
    TrainedOn trained = only(trained(300, BTC));

    assertThat(overlap(trained, "btc-usdt", 1_500)).isEqualTo(TRAINED);
    assertThat(overlap(trained, "BTC/USDT", 1_500)).isEqualTo(TRAINED);
    assertThat(overlap(trained, "BTCUSDC", 1_500)).isEqualTo(OTHER_INSTRUMENT);
  }

  @Test
  void aTrainingOfAnEarlierBuildIsJudgedByItsTimeAlone() {
    TrainedOn trained = only("BTCUSDT [500 rows, 400 trained, times 1000 to 9000 ns, sha256 ab]");

    assertThat(trained.known()).isTrue();
    assertThat(overlap(trained, "SOLUSDT", 5_000)).isEqualTo(TRAINED);
    assertThat(overlap(trained, "SOLUSDT", 9_400)).isEqualTo(TRAINED);
    assertThat(overlap(trained, "SOLUSDT", 9_401)).isEqualTo(NONE);
    TrainedOn.Extent same = new TrainedOn.Extent(500, 1_000, 9_000);
    assertThat(trained.overlap("SOLUSDT", 5_000, HORIZON, Optional.of(same))).isEqualTo(NONE);
    TrainedOn.Extent other = new TrainedOn.Extent(499, 1_000, 9_000);
    assertThat(trained.overlap("SOLUSDT", 5_000, HORIZON, Optional.of(other))).isEqualTo(TRAINED);
  }

  @Test
  void rowsThatNoNameAccountsForMakeItOneSpanOfTime() {
    TrainedOn trained = only(trained(501, BTC, ETH));

    assertThat(trained.spans())
        .containsExactly(new TrainedOn.Span("1", Optional.empty(), 501, 1_000, 9_000, 0));
    assertThat(overlap(trained, "SOLUSDT", 5_000)).isEqualTo(TRAINED);
  }

  @Test
  void aFilesNameIsNotTakenForTheGatewaysWords() {
    String name = "x [7 rows, 7 trained, times 1 to 2 ns, sha256 00]" + ETH.text() + ".csv";

    assertThat(only(name + trained(300, BTC)).spans())
        .extracting(span -> span.instrument().orElse(""))
        .containsExactly("BTCUSDT");
  }

  @Test
  void whatAncestorsLearnedCountsAndOneWithoutWordsMakesItUnknown() {
    List<ModelVersion> versions =
        List.of(
            version("1", "", trained(300, BTC)),
            version("2", "1", learned(20_000, 30_000)),
            version("3", "2", "from a notebook, matured from 1 to 2 ns"));

    TrainedOn second = TrainedOn.of(versions, "2");
    assertThat(second.known()).isTrue();
    assertThat(overlap(second, "BTCUSDT", 1_500)).isEqualTo(TRAINED);
    assertThat(overlap(second, "SOLUSDT", 1_500)).isEqualTo(OTHER_INSTRUMENT);
    assertThat(overlap(second, "SOLUSDT", 19_700)).isEqualTo(TRAINED);
    TrainedOn third = TrainedOn.of(versions, "3");
    assertThat(third.known()).isFalse();
    assertThat(overlap(third, "SOLUSDT", 25_000)).isEqualTo(TRAINED);
  }

  @Test
  void aTrainingBeginsWithNewWeightsWhateverItIsComparedWith() {
    List<ModelVersion> versions =
        List.of(
            version("1", "", trained(500, BTC, ETH)),
            version("2", "1", trained(300, BTC)),
            version("3", "1", learned(20_000, 30_000).replace("online: ", "retrained: ")));

    assertThat(overlap(TrainedOn.of(versions, "2"), "ETHUSDT", 8_500)).isEqualTo(NONE);
    assertThat(overlap(TrainedOn.of(versions, "2"), "ETHUSDT", 1_500)).isEqualTo(OTHER_INSTRUMENT);
    assertThat(TrainedOn.of(versions, "3").spans())
        .containsExactly(new TrainedOn.Span("3", Optional.empty(), 0, 20_000, 30_000, 0));
  }

  @Test
  void aSnapshotHasAlsoLearnedWhatEarlierOnesDidThatWereRefused() {
    List<ModelVersion> versions =
        List.of(
            version("1", "", trained(300, BTC)),
            version("2", "1", learned(20_000, 30_000)),
            version("3", "1", learned(31_000, 40_000)),
            version("4", "1", learned(41_000, 50_000)));

    TrainedOn third = TrainedOn.of(versions, "3");
    assertThat(overlap(third, "SOLUSDT", 25_000)).isEqualTo(TRAINED);
    assertThat(overlap(third, "SOLUSDT", 45_000)).isEqualTo(NONE);
  }

  @Test
  void aSnapshotHasSeenAllThatWasKeptWhenItWasMade() {
    String words = learned(20_000, 30_000).replace("kept since 20000", "kept since 15000");

    assertThat(overlap(only(words), "SOLUSDT", 16_000)).isEqualTo(TRAINED);
  }

  private static TrainedOn.Overlap overlap(TrainedOn trained, String instrument, long timeNs) {
    return trained.overlap(instrument, timeNs, HORIZON, Optional.empty());
  }

  private static TrainedOn only(String description) {
    return TrainedOn.of(List.of(version("1", "", description)), "1");
  }

  private static ModelVersion version(String number, String parent, String description) {
    return ModelVersion.newBuilder()
        .setVersion(number)
        .setParentVersion(parent)
        .setDataDescription(description)
        .build();
  }

  private static String trained(long rows, TrainedSpan... spans) {
    StringBuilder text = new StringBuilder("a file; another");
    text.append(" [").append(rows).append(" rows, 400 trained, times 1000 to 9000 ns, sha256 ab");
    for (TrainedSpan span : spans) {
      text.append(span.text());
    }
    return text.append(']').toString();
  }

  private static String learned(long from, long to) {
    return ("online: samples 1 to 7 of the feedback since the learner began, the newest matured from"
            + " %d to %d ns; 3 updates, with those kept since %d ns; 5 samples held out")
        .formatted(from, to, from);
  }
}
