package ai.neo.orchestrator.features;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.featurestore.FeatureVector;
import ai.neo.featurestore.InMemoryOfflineFeatureStore;
import ai.neo.featurestore.redis.RedisOnlineFeatureStore;
import ai.neo.orchestrator.operations.DataDirectory;
import ai.neo.orchestrator.operations.EmbeddedRedisServer;
import ai.neo.orchestrator.trading.LoopCommand;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Latest features through a real Redis, and without it. */
class FeatureQueriesTest {
  private static final FeatureSetDefinition FEATURES =
      FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
  private static final long WAIT_SECONDS = 30;

  @TempDir Path path;
  private final RedisOutage outage = new RedisOutage();
  private final InMemoryOfflineFeatureStore offline = new InMemoryOfflineFeatureStore();
  private EmbeddedRedisServer redis;
  private RedisOnlineFeatureStore online;
  private FeaturePublisher publisher;
  private FeatureQueries queries;

  @BeforeEach
  void open() throws Exception {
    try (DataDirectory directory = DataDirectory.open(path)) {
      redis =
          EmbeddedRedisServer.start(
              directory.directory("redis"),
              path.resolve("binaries"),
              Files.readString(directory.secret("redis-password")));
    }
    online = RedisOnlineFeatureStore.open(redis.url(), "neo:test", outage);
    publisher = new FeaturePublisher(online, FEATURES.id(), List.of("BTCUSDT", "ETHUSDT"));
    queries = new FeatureQueries(online, offline, publisher, FEATURES);
  }

  @AfterEach
  void close() {
    online.close();
    redis.close();
  }

  @Test
  void theLatestFeaturesComeFromRedisByName() throws Exception {
    ask(0, 1_000, 1f);
    ask(0, 2_000, 2f);
    online.settled().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);

    JsonObject only = only(queries.latest());
    assertThat(only.getString("instrument")).isEqualTo("BTCUSDT");
    assertThat(only.getString("source")).isEqualTo("redis");
    assertThat(only.getString("time")).isEqualTo("1970-01-01T00:00:00.000002Z");
    assertThat(only.getJsonObject("features").fieldNames())
        .containsExactlyElementsOf(FEATURES.names());
    assertThat(only.getJsonObject("features").getFloat(FEATURES.names().getFirst())).isEqualTo(2f);
    assertThat(outage.away()).isFalse();
  }

  @Test
  void withoutRedisTheProcessItselfAnswersAndSaysSo() throws Exception {
    redis.close();
    ask(1, 5_000, 3f);
    online.settled().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);

    JsonObject only = only(queries.latest());
    assertThat(only.getString("instrument")).isEqualTo("ETHUSDT");
    assertThat(only.getString("source")).isEqualTo("process");
    assertThat(outage.away()).isTrue();
  }

  @Test
  void aKilledRedisComesBackOnItsPortWithItsPasswordAndTakesVectorsAgain() throws Exception {
    ProcessHandle killed = ProcessHandle.of(redis.pid()).orElseThrow();
    killed.destroyForcibly();
    killed.onExit().get(WAIT_SECONDS, TimeUnit.SECONDS);

    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    for (long time = 1; online.written() == 0 && System.nanoTime() < deadlineNs; time++) {
      ask(0, time, 1f);
      online.settled().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    }
    assertThat(online.written()).isPositive();
    assertThat(only(queries.latest()).getString("source")).isEqualTo("redis");
    assertThat(redis.pid()).isNotEqualTo(killed.pid());
  }

  @Test
  void historyIsPagedByTime() throws Exception {
    for (long time = 1; time <= 5; time++) {
      FeatureVector vector =
          new FeatureVector("BTCUSDT", FEATURES.id(), time, new float[FEATURES.width()]);
      offline.append(List.of(vector)).toCompletableFuture().get();
    }
    JsonArray first = get(queries.history("BTCUSDT", 0, 3));
    assertThat(ids(first)).containsExactly("1", "2", "3");
    assertThat(ids(get(queries.history("BTCUSDT", 3, 3)))).containsExactly("4", "5");
    assertThat(get(queries.history("DOGEUSDT", 0, 3))).isEmpty();
  }

  private void ask(int instrument, long timeNs, float value) {
    float[] features = new float[FEATURES.width()];
    features[0] = value;
    publisher.said(new LoopCommand.Predict(timeNs, 1, instrument, features, timeNs + 1));
  }

  private static List<String> ids(JsonArray items) {
    return items.stream().map(item -> ((JsonObject) item).getString("id")).toList();
  }

  private static JsonObject only(Future<JsonArray> items) throws Exception {
    JsonArray all = get(items);
    assertThat(all).hasSize(1);
    return all.getJsonObject(0);
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
  }
}
