package ai.neo.featurestore.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.featurestore.FeatureVector;
import ai.neo.featurestore.OnlineFeatureStore;
import ai.neo.featurestore.OnlineFeatureStoreContract;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import redis.embedded.RedisServer;

class RedisOnlineFeatureStoreTest extends OnlineFeatureStoreContract {
  private static int port;
  private static RedisServer server;

  private final List<FeatureVector> lost = Collections.synchronizedList(new ArrayList<>());
  private RedisOnlineFeatureStore store;

  @BeforeAll
  static void startServer() throws IOException {
    port = freePort();
    server = start(port);
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.stop();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static RedisServer start(int port) throws IOException {
    RedisServer started =
        RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
    started.start();
    return started;
  }

  @BeforeEach
  void open(TestInfo test) {
    store = open(port, test.getDisplayName());
  }

  private RedisOnlineFeatureStore open(int at, String namespace) {
    return RedisOnlineFeatureStore.open(
        "redis://127.0.0.1:" + at, namespace, (vector, cause) -> lost.add(vector));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  protected OnlineFeatureStore store() {
    return store;
  }

  @Test
  void namespacesDoNotMeet() {
    store.putLatest(vector("A", 1, 1));
    await(store.settled());
    try (RedisOnlineFeatureStore other = open(port, "other")) {
      assertThat(latest(other, "A")).isEmpty();
    }
    assertThat(store.written()).isEqualTo(1);
    assertThat(lost).isEmpty();
  }

  @Test
  void aRedisThatIsAwayDelaysNobodyAndIsUsedAgainWhenItIsBack() throws IOException {
    int away = freePort();
    try (RedisOnlineFeatureStore patient = open(away, "patient")) {
      long beforeNs = System.nanoTime();
      patient.putLatest(vector("A", 1, 1));
      assertThat(Duration.ofNanos(System.nanoTime() - beforeNs)).isLessThan(Duration.ofMillis(500));
      await(patient.settled());
      assertThat(lost).containsExactly(vector("A", 1, 1));
      assertThat(patient.failed()).isEqualTo(1);
      assertThatThrownBy(() -> latest(patient, "A")).isNotNull();

      RedisServer first = start(away);
      putUntilStored(patient, 2);
      first.stop();
      patient.putLatest(vector("A", 1_000_000, 1));
      await(patient.settled());
      assertThat(lost).contains(vector("A", 1_000_000, 1));

      RedisServer second = start(away);
      try {
        putUntilStored(patient, 2_000_000);
      } finally {
        second.stop();
      }
    }
  }

  /** A client that has lost its server takes some tries to notice that it is back. */
  private static void putUntilStored(RedisOnlineFeatureStore store, long fromNs) {
    long before = store.written();
    for (int attempt = 0; store.written() == before; attempt++) {
      assertThat(attempt).as("attempts").isLessThan(20);
      store.putLatest(vector("A", fromNs + attempt, attempt));
      await(store.settled());
    }
    assertThat(latest(store, "A").orElseThrow().timeNs()).isGreaterThanOrEqualTo(fromNs);
  }

  @Test
  void afterClosingAVectorIsLostAndReportedNotThrown() {
    store.close();
    store.putLatest(vector("A", 1, 1));
    assertThat(lost).containsExactly(vector("A", 1, 1));
  }

  @Test
  void aValueOfAnotherMakeIsRefused() {
    byte[] packed = PackedVector.pack(vector("A", 5, 1, 2));
    assertThat(PackedVector.unpack("A", "0123456789abcdef", packed))
        .isEqualTo(vector("A", 5, 1, 2));
    byte[] torn = java.util.Arrays.copyOf(packed, packed.length - 1);
    assertThatThrownBy(() -> PackedVector.unpack("A", "f", torn)).hasMessageContaining("count=2");
    packed[8] = 9;
    assertThatThrownBy(() -> PackedVector.unpack("A", "f", packed)).hasMessageContaining("format");
  }
}
