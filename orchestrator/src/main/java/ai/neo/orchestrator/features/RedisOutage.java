package ai.neo.orchestrator.features;

import ai.neo.featurestore.FeatureVector;
import ai.neo.featurestore.redis.WriteFailureListener;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices when Redis is away, and says it once a minute and not once a vector. Thread-safe. */
public final class RedisOutage implements WriteFailureListener {
  private static final Logger LOG = LoggerFactory.getLogger(RedisOutage.class);
  private static final long SAY_AGAIN_NS = TimeUnit.MINUTES.toNanos(1);

  /** Vectors come at least this often while anything trades; a failure older than this is over. */
  private static final long OVER_NS = TimeUnit.SECONDS.toNanos(5);

  private final AtomicLong lost = new AtomicLong();
  private volatile long lastFailureNs;
  private long lastSaidNs;

  @Override
  public synchronized void onWriteFailed(FeatureVector vector, Throwable cause) {
    long nowNs = System.nanoTime();
    boolean first = lost.incrementAndGet() == 1;
    lastFailureNs = nowNs;
    if (first || nowNs - lastSaidNs > SAY_AGAIN_NS) {
      lastSaidNs = nowNs;
      LOG.warn(
          "redis is away; decisions do not need it vectors_not_written={} cause={}",
          lost.get(),
          cause.toString());
    }
  }

  /** Whether a write has failed just now. */
  public boolean away() {
    return lost.get() > 0 && System.nanoTime() - lastFailureNs < OVER_NS;
  }
}
