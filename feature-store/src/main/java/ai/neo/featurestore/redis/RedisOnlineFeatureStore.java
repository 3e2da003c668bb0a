package ai.neo.featurestore.redis;

import ai.neo.featurestore.FeatureVector;
import ai.neo.featurestore.OnlineFeatureStore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;

/**
 * Keeps the newest feature vectors in Redis, one binary value for each instrument and feature set,
 * under {@code NAMESPACE:features:INSTRUMENT:FEATURE_SET_ID}.
 *
 * <p>One thread of its own writes. While it is busy a newer vector takes the place of a waiting
 * one, so that at most one waits for each instrument and feature set, however slow Redis is.
 * Whether a vector is newer than the stored one is decided inside Redis, atomically. Redis need not
 * be there when the store is opened, and may come back at any time.
 */
public final class RedisOnlineFeatureStore implements OnlineFeatureStore {
  /**
   * Stores ARGV[1] unless the stored vector is as new. Times are compared in two halves of 32 bits,
   * because a number in Lua is a double and cannot hold 64.
   */
  private static final String PUT_IF_NEWER =
      """
      local stored = redis.call('GET', KEYS[1])
      if stored then
        local high, low = struct.unpack('>i4I4', string.sub(stored, 1, 8))
        local newHigh, newLow = struct.unpack('>i4I4', string.sub(ARGV[1], 1, 8))
        if newHigh < high or (newHigh == high and newLow <= low) then
          return 0
        end
      end
      redis.call('SET', KEYS[1], ARGV[1])
      return 1
      """;

  /** A reply on one machine or one network takes well under a millisecond; this is a failure. */
  private static final int TIMEOUT_MS = 1000;

  /** One connection writes, the rest serve readers. */
  private static final int CONNECTIONS = 4;

  private final String namespace;
  private final RedissonClient client;
  private final WriteFailureListener listener;
  private final ConcurrentHashMap<String, FeatureVector> waiting = new ConcurrentHashMap<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("online-feature-writer").daemon().factory());
  private final ExecutorService readers =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("online-feature-reader").factory());
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  private RedisOnlineFeatureStore(
      String namespace, RedissonClient client, WriteFailureListener listener) {
    this.namespace = namespace;
    this.client = client;
    this.listener = listener;
  }

  /**
   * Opens a store; connects only when first used.
   *
   * @param url such as {@code redis://127.0.0.1:6379}
   * @param namespace first part of every key, so that runs do not see each other's vectors
   * @param listener hears of failed writes
   */
  public static RedisOnlineFeatureStore open(
      String url, String namespace, WriteFailureListener listener) {
    Objects.requireNonNull(listener, "listener");
    if (namespace.isBlank()) {
      throw new IllegalArgumentException("namespace is blank");
    }
    Config config =
        new Config()
            .setCodec(ByteArrayCodec.INSTANCE)
            .setThreads(2)
            .setNettyThreads(2)
            .setLazyInitialization(true);
    config
        .useSingleServer()
        .setAddress(url)
        .setDnsMonitoringInterval(-1)
        .setConnectionMinimumIdleSize(1)
        .setConnectionPoolSize(CONNECTIONS)
        .setSubscriptionConnectionMinimumIdleSize(0)
        .setSubscriptionConnectionPoolSize(1)
        .setConnectTimeout(TIMEOUT_MS)
        .setTimeout(TIMEOUT_MS)
        .setRetryAttempts(1)
        .setRetryDelay(new ConstantDelay(Duration.ofMillis(100)))
        .setReconnectionDelay(new ConstantDelay(Duration.ofMillis(100)));
    return new RedisOnlineFeatureStore(namespace, Redisson.create(config), listener);
  }

  @Override
  public void putLatest(FeatureVector vector) {
    String key = key(vector.instrument(), vector.featureSetId());
    FeatureVector[] displaced = new FeatureVector[1];
    waiting.merge(
        key,
        vector,
        (before, next) -> {
          displaced[0] = before;
          return next.timeNs() > before.timeNs() ? next : before;
        });
    if (displaced[0] != null) {
      return;
    }
    try {
      writer.execute(() -> write(key));
    } catch (RejectedExecutionException closed) {
      waiting.remove(key);
      fail(vector, closed);
    }
  }

  private void write(String key) {
    FeatureVector vector = waiting.remove(key);
    if (vector == null) {
      return;
    }
    try {
      Long stored =
          client
              .getScript(ByteArrayCodec.INSTANCE)
              .eval(
                  RScript.Mode.READ_WRITE,
                  PUT_IF_NEWER,
                  RScript.ReturnType.LONG,
                  List.of(key),
                  (Object) PackedVector.pack(vector));
      written.addAndGet(stored);
    } catch (RuntimeException e) {
      fail(vector, e);
    }
  }

  private void fail(FeatureVector vector, Exception cause) {
    failed.incrementAndGet();
    listener.onWriteFailed(vector, cause);
  }

  @Override
  public CompletionStage<Optional<FeatureVector>> latest(
      String instrumentSymbol, String featureSetId) {
    String key = key(instrumentSymbol, featureSetId);
    try {
      return CompletableFuture.supplyAsync(
          () ->
              Optional.ofNullable(client.<byte[]>getBucket(key, ByteArrayCodec.INSTANCE).get())
                  .map(packed -> PackedVector.unpack(instrumentSymbol, featureSetId, packed)),
          readers);
    } catch (RejectedExecutionException closed) {
      return CompletableFuture.failedFuture(closed);
    }
  }

  @Override
  public CompletionStage<Void> settled() {
    try {
      return CompletableFuture.runAsync(() -> {}, writer);
    } catch (RejectedExecutionException closed) {
      return CompletableFuture.completedFuture(null);
    }
  }

  private String key(String instrument, String featureSetId) {
    return namespace + ":features:" + instrument + ":" + featureSetId;
  }

  /** How many vectors Redis took; those it had a newer one for are not among them. */
  public long written() {
    return written.get();
  }

  /** How many vectors could not be written. */
  public long failed() {
    return failed.get();
  }

  @Override
  public void close() {
    writer.shutdownNow();
    readers.shutdownNow();
    waiting.clear();
    client.shutdown(0, 2, TimeUnit.SECONDS);
  }
}
