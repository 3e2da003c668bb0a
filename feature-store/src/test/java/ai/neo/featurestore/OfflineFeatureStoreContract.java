package ai.neo.featurestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every offline feature store does, the real one and the one in memory. */
public abstract class OfflineFeatureStoreContract {
  private static final String SET = "0123456789abcdef";

  /** A store that is empty. */
  protected abstract OfflineFeatureStore store();

  protected static FeatureVector vector(String instrument, String set, long timeNs, float... v) {
    return new FeatureVector(instrument, set, timeNs, v);
  }

  protected static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private List<FeatureVector> history(String instrument, long fromNs, long toNs) {
    return await(store().history(instrument, fromNs, toNs, 1000));
  }

  @Test
  void historyGivesBackWhatWasAppendedToTheBit() {
    List<FeatureVector> vectors =
        List.of(
            vector("A", SET, 1_763_697_600_000_000_001L, 1f / 3, -0f, Float.MIN_VALUE),
            vector("A", SET, 1_763_697_600_000_000_002L, Float.MAX_VALUE, 2, 3));
    await(store().append(vectors));
    assertThat(history("A", 0, Long.MAX_VALUE)).isEqualTo(vectors);
  }

  @Test
  void historyIsAscendingFromInclusiveToExclusiveAndOfOneInstrument() {
    await(
        store()
            .append(
                List.of(
                    vector("A", SET, 30, 3),
                    vector("A", SET, 10, 1),
                    vector("B", SET, 15, 9),
                    vector("A", SET, 20, 2))));
    assertThat(history("A", 10, 30))
        .containsExactly(vector("A", SET, 10, 1), vector("A", SET, 20, 2));
    assertThat(history("A", 30, 10)).isEmpty();
    assertThat(history("C", 0, 100)).isEmpty();
  }

  @Test
  void aBatchSentTwiceIsStoredOnceAndTheFirstStays() {
    List<FeatureVector> batch = List.of(vector("A", SET, 1, 1), vector("A", SET, 2, 2));
    await(store().append(batch));
    await(store().append(batch));
    await(store().append(List.of(vector("A", SET, 2, 7), vector("A", SET, 3, 3))));
    assertThat(history("A", 0, 10)).hasSize(3).contains(vector("A", SET, 2, 2));
  }

  @Test
  void oneBatchMayHoldOneVectorTwice() {
    await(store().append(List.of(vector("A", SET, 1, 1), vector("A", SET, 1, 1))));
    assertThat(history("A", 0, 10)).hasSize(1);
  }

  @Test
  void featureSetsOfDifferentWidthMayShareABatch() {
    String other = "fedcba9876543210";
    List<FeatureVector> vectors =
        List.of(
            vector("A", SET, 1, 1, 2, 3), vector("A", other, 1, 4), vector("A", SET, 2, 5, 6, 7));
    await(store().append(vectors));
    assertThat(history("A", 0, 10)).isEqualTo(vectors);
  }

  @Test
  void anEmptyBatchIsNoError() {
    await(store().append(List.of()));
    assertThat(history("A", 0, 10)).isEmpty();
  }

  @Test
  void theLimitKeepsTheEarliest() {
    List<FeatureVector> vectors = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      vectors.add(vector("A", SET, i, i, -i));
    }
    await(store().append(vectors));
    assertThat(await(store().history("A", 0, 500, 7))).isEqualTo(vectors.subList(0, 7));
    assertThat(history("A", 0, 500)).isEqualTo(vectors);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store().history("A", 0, 1, 0))
        .withMessageContaining("limit=0");
  }
}
