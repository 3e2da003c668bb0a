package ai.neo.featurestore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every online feature store does, the real one and the one in memory. */
public abstract class OnlineFeatureStoreContract {
  /** A little below the largest time: both halves of its 64 bits matter. */
  private static final long NOW_NS = 1_763_697_600_000_000_000L;

  /** A store that is empty. */
  protected abstract OnlineFeatureStore store();

  protected static FeatureVector vector(String instrument, long timeNs, float... values) {
    return new FeatureVector(instrument, "0123456789abcdef", timeNs, values);
  }

  protected static <T> T await(java.util.concurrent.CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  protected static Optional<FeatureVector> latest(OnlineFeatureStore store, String instrument) {
    await(store.settled());
    return await(store.latest(instrument, "0123456789abcdef"));
  }

  @Test
  void whatWasPutIsFoundToTheBit() {
    FeatureVector vector =
        vector("BTC:USDT", NOW_NS, 1.1f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, 1f / 3);
    store().putLatest(vector);
    assertThat(latest(store(), "BTC:USDT")).contains(vector);
  }

  @Test
  void whatWasNeverPutIsNotFound() {
    assertThat(latest(store(), "NONE")).isEmpty();
  }

  @Test
  void aNewerVectorWinsInWhateverOrderTheyCome() {
    List<Long> times = new ArrayList<>();
    for (long distance : new long[] {0, 1, 2, 255, 1L << 31, 1L << 32, (1L << 32) + 1, 1L << 40}) {
      times.add(NOW_NS - distance);
    }
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(times, new Random(seed));
      for (long time : times) {
        store().putLatest(vector("I" + seed, time, (float) (time % 1000)));
        if (seed % 2 == 0) {
          await(store().settled());
        }
      }
      assertThat(latest(store(), "I" + seed).orElseThrow().timeNs()).isEqualTo(NOW_NS);
    }
  }

  @Test
  void ofTwoWithTheSameTimeTheFirstStays() {
    store().putLatest(vector("SAME", NOW_NS, 1));
    await(store().settled());
    store().putLatest(vector("SAME", NOW_NS, 2));
    assertThat(latest(store(), "SAME")).contains(vector("SAME", NOW_NS, 1));
  }

  @Test
  void instrumentsAndFeatureSetsDoNotMeet() {
    store().putLatest(vector("A", 1, 1));
    store().putLatest(vector("B", 2, 2));
    store().putLatest(new FeatureVector("A", "fedcba9876543210", 3, new float[] {3}));
    assertThat(latest(store(), "A")).contains(vector("A", 1, 1));
    assertThat(latest(store(), "B")).contains(vector("B", 2, 2));
  }

  @Test
  void manyWritersLeaveTheNewest() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      int offset = t;
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 200; i++) {
                      store().putLatest(vector("MANY", NOW_NS + i * 8L + offset, i));
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(latest(store(), "MANY").orElseThrow().timeNs()).isEqualTo(NOW_NS + 199 * 8L + 7);
  }
}
