package ai.neo.modelgateway.scheduling;

import ai.neo.modelgateway.engine.Question;
import ai.neo.modelgateway.engine.Reply;
import ai.neo.modelgateway.serving.ServedVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a few threads compute what takes long: the earliest deadline first, a bounded number waiting
 * for each model. Where callers allow it, what waits for the same version is computed together, as
 * much as is there when a thread is free; nothing waits for company. Identical requests under way
 * at once are computed once. A computation that fails in company is tried alone, so that nobody
 * pays for a neighbour. Safe for any thread; only {@link #close} blocks.
 */
public final class Scheduler implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

  private static final long CLOSE_MS = 1_000;

  /** What the latest run weighs in the average. */
  private static final double LATEST = 0.2;

  private final ReentrantLock lock = new ReentrantLock();
  private final int waitingMax;
  private final TreeSet<Computation> queue =
      new TreeSet<>(
          Comparator.<Computation>comparingLong(c -> c.deadlineNs)
              .thenComparingLong(c -> c.arrival));
  private final Map<Work.Key, Computation> underWay = new HashMap<>();
  private final Map<String, Integer> waiting = new HashMap<>();
  private final ThreadPoolExecutor threads;

  /** By model, what a run takes: a moving average, in nanoseconds. */
  private final Map<String, Double> recentNs = new HashMap<>();

  private final LongSupplier clock;

  /** Times are kept as distances from here, since {@link System#nanoTime} may wrap. */
  private final long originNs;

  private long arrivals;
  private boolean closed;

  /**
   * @param threadCount that compute
   * @param waitingMax callers that may wait for each model
   */
  public Scheduler(int threadCount, int waitingMax) {
    this(threadCount, waitingMax, System::nanoTime);
  }

  Scheduler(int threadCount, int waitingMax, LongSupplier clock) {
    this.clock = clock;
    this.originNs = clock.getAsLong();
    this.waitingMax = waitingMax;
    // Its queue holds a token for each computation that waits, and as many as ever waited at most.
    this.threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("inference-", 0).factory());
  }

  /** A caller's place. */
  @FunctionalInterface
  public interface Ticket {
    /** Gives the place up, if the caller still waits; it is told that then. */
    void withdraw();
  }

  /** One computation and all who wait for its answer; guarded by the lock. */
  private static final class Computation {
    final Work work;
    final Work.Key key;
    final long arrival;
    final List<Caller> callers = new ArrayList<>(1);
    long deadlineNs;
    boolean running;

    Computation(Work work, Work.Key key, long arrival, long deadlineNs) {
      this.work = work;
      this.key = key;
      this.arrival = arrival;
      this.deadlineNs = deadlineNs;
    }
  }

  /** Puts work in its place; empty when the caller was refused, which it is told. */
  public Optional<Ticket> submit(Work work, Caller caller) {
    Caller.Refusal refusal;
    int hash = work.hash();
    lock.lock();
    try {
      Optional<Computation> same = same(work, hash);
      boolean waits = same.isEmpty() || !same.get().running;
      if (closed) {
        refusal = Caller.Refusal.CLOSING;
      } else if (waits && waiting.getOrDefault(model(work), 0) >= waitingMax) {
        refusal = Caller.Refusal.FULL;
      } else if (waits && comesTooLate(work)) {
        refusal = Caller.Refusal.TOO_LATE;
      } else {
        Computation computation = same.orElseGet(() -> enqueued(work, hash));
        if (waits) {
          hurry(computation, work.deadlineNs() - originNs);
          count(work, 1);
        }
        computation.callers.add(caller);
        return Optional.of(() -> withdraw(computation, caller));
      }
    } finally {
      lock.unlock();
    }
    caller.refused(refusal);
    return Optional.empty();
  }

  /**
   * Whether what is more urgent takes longer, by how long runs have taken of late, than the caller
   * waits. With nothing before it work is always tried, so that one slow run shuts nobody out for
   * good; what it may be computed together with is not before it.
   */
  private boolean comesTooLate(Work work) {
    long deadlineNs = work.deadlineNs() - originNs;
    double before = 0;
    for (Computation other : queue) {
      if (other.deadlineNs > deadlineNs) {
        break;
      }
      if (!work.joins(other.work)) {
        before += recentNs(other.work);
      }
    }
    double waitNs = before / threads.getMaximumPoolSize();
    return before > 0
        && work.hasDeadline()
        && waitNs + recentNs(work) > work.deadlineNs() - clock.getAsLong();
  }

  private double recentNs(Work work) {
    return recentNs.getOrDefault(model(work), 0.0);
  }

  private Optional<Computation> same(Work work, int hash) {
    Computation same = underWay.get(work.key(hash, true));
    if (same == null && !work.isAlone()) {
      same = underWay.get(work.key(hash, false));
    }
    return Optional.ofNullable(same);
  }

  private Computation enqueued(Work work, int hash) {
    Work.Key key = work.key(hash, work.isAlone());
    Computation computation = new Computation(work, key, arrivals++, work.deadlineNs() - originNs);
    queue.add(computation);
    underWay.put(computation.key, computation);
    if (threads.getQueue().size() < queue.size()) { // those of work that was withdrawn are left
      threads.execute(this::computeNext);
    }
    return computation;
  }

  private void hurry(Computation computation, long deadlineNs) {
    if (deadlineNs < computation.deadlineNs) {
      queue.remove(computation);
      computation.deadlineNs = deadlineNs;
      queue.add(computation);
    }
  }

  private void count(Work work, int change) {
    work.version().statistics().waits(change);
    waiting.merge(model(work), change, (now, more) -> now + more == 0 ? null : now + more);
  }

  private static String model(Work work) {
    return work.version().artifact().model();
  }

  private void withdraw(Computation computation, Caller caller) {
    lock.lock();
    try {
      if (computation.running || !computation.callers.remove(caller)) {
        return;
      }
      count(computation.work, -1);
      if (computation.callers.isEmpty()) {
        queue.remove(computation);
        underWay.remove(computation.key);
      }
    } finally {
      lock.unlock();
    }
    caller.refused(Caller.Refusal.GONE);
  }

  private void computeNext() {
    List<Caller> gone = new ArrayList<>();
    List<Computation> batch = taken(gone);
    gone.forEach(caller -> tell(() -> caller.refused(Caller.Refusal.GONE)));
    try {
      if (batch.size() > 1) {
        together(batch);
      } else {
        batch.forEach(this::alone);
      }
    } finally {
      // Nobody is left unless the thread dies of an error; they must not wait for ever.
      for (Computation computation : batch) {
        left(computation).forEach(caller -> tell(() -> caller.failed("its thread died")));
      }
    }
  }

  /** The most urgent computation, and what may go with it. None when its callers have gone. */
  private List<Computation> taken(List<Caller> gone) {
    lock.lock();
    try {
      List<Computation> batch = new ArrayList<>();
      Computation first = queue.pollFirst();
      if (first == null) {
        return batch;
      }
      take(first, batch, gone);
      Iterator<Computation> others = queue.iterator();
      int rows = first.work.rows();
      while (!first.work.isAlone() && others.hasNext()) {
        Computation other = others.next();
        boolean fits = rows + other.work.rows() <= first.work.batchRowsMax();
        if (fits && first.work.joins(other.work)) {
          others.remove();
          rows += take(other, batch, gone) ? other.work.rows() : 0;
        }
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private boolean take(Computation computation, List<Computation> batch, List<Caller> gone) {
    count(computation.work, -computation.callers.size());
    computation.running = true;
    computation.callers.removeIf(caller -> caller.isGone() && gone.add(caller));
    if (computation.callers.isEmpty()) {
      underWay.remove(computation.key);
      return false;
    }
    batch.add(computation);
    return true;
  }

  private void together(List<Computation> batch) {
    ServedVersion version = batch.getFirst().work.version();
    List<Question> others = batch.stream().skip(1).map(c -> c.work.question()).toList();
    Question all = batch.getFirst().work.question().joined(others);
    Attempt attempt = attempt(version, all, clock);
    if (attempt.reply().isEmpty()) {
      LOG.warn("{}: {}; each is tried alone", version.artifact(), attempt.problem());
      batch.forEach(this::alone);
      return;
    }
    version.statistics().ran(batch.size(), attempt.endedNs() - attempt.startedNs());
    int row = 0;
    for (Computation computation : batch) {
      Reply own = attempt.reply().get().part(row, computation.work.rows());
      row += computation.work.rows();
      Caller.Result result =
          new Caller.Result(own, all.rows(), attempt.startedNs(), attempt.endedNs());
      finished(computation, attempt).forEach(caller -> tell(() -> caller.answered(result)));
    }
  }

  private void alone(Computation computation) {
    Work work = computation.work;
    Attempt attempt = attempt(work.version(), work.question(), clock);
    if (attempt.reply().isEmpty()) {
      finished(computation, attempt)
          .forEach(caller -> tell(() -> caller.failed(attempt.problem())));
      return;
    }
    work.version().statistics().ran(1, attempt.endedNs() - attempt.startedNs());
    Caller.Result result =
        new Caller.Result(
            attempt.reply().get(), work.rows(), attempt.startedNs(), attempt.endedNs());
    finished(computation, attempt).forEach(caller -> tell(() -> caller.answered(result)));
  }

  private List<Caller> finished(Computation computation, Attempt attempt) {
    double tookNs = attempt.endedNs() - attempt.startedNs();
    lock.lock();
    try {
      recentNs.merge(model(computation.work), tookNs, (mean, now) -> mean + LATEST * (now - mean));
      return left(computation);
    } finally {
      lock.unlock();
    }
  }

  /** Those who were not told yet; nobody joins it any more. */
  private List<Caller> left(Computation computation) {
    lock.lock();
    try {
      underWay.remove(computation.key, computation);
      List<Caller> left = List.copyOf(computation.callers);
      computation.callers.clear();
      return left;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What an engine made of a question.
   *
   * @param reply empty when there is none that may be given
   * @param problem why
   */
  public record Attempt(Optional<Reply> reply, String problem, long startedNs, long endedNs) {}

  /** Computes on this thread, and finds out whether the reply is one. */
  public static Attempt attempt(ServedVersion version, Question question) {
    return attempt(version, question, System::nanoTime);
  }

  private static Attempt attempt(ServedVersion version, Question question, LongSupplier clock) {
    long started = clock.getAsLong();
    String problem;
    try {
      Reply reply = question.ask(version.loaded());
      Optional<String> objection = question.objection(reply);
      if (objection.isEmpty()) {
        return new Attempt(Optional.of(reply), "", started, clock.getAsLong());
      }
      problem = objection.get();
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      LOG.error("{} failed on a request of {} rows", version.artifact(), question.rows(), e);
      problem = String.valueOf(e.getMessage());
    }
    return new Attempt(Optional.empty(), problem, started, clock.getAsLong());
  }

  /** A caller that cannot be told must not keep the others from it. */
  private static void tell(Runnable outcome) {
    try {
      outcome.run();
    } catch (RuntimeException e) {
      LOG.warn("a caller could not be told its outcome", e);
    }
  }

  /** Computes nothing more; whoever waits is told. What runs may finish, for a second. */
  @Override
  public void close() {
    List<Caller> left = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      for (Computation computation : queue) {
        count(computation.work, -computation.callers.size());
        computation.running = true;
        left.addAll(computation.callers);
        underWay.remove(computation.key);
      }
      queue.clear();
    } finally {
      lock.unlock();
    }
    left.forEach(caller -> tell(() -> caller.refused(Caller.Refusal.CLOSING)));
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
