package ai.neo.modelgateway.scheduling;

import ai.neo.modelgateway.engine.Question;
import ai.neo.modelgateway.engine.Reply;
import ai.neo.modelgateway.serving.ServedVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
 * for each model, and a bounded number of threads held by one, so that a slow model leaves the
 * others theirs. Where callers allow it, what waits for the same version is computed together, as
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
  private final ModelLimits limits;
  private final TreeSet<Computation> queue =
      new TreeSet<>(
          Comparator.<Computation>comparingLong(c -> c.deadlineNs)
              .thenComparingLong(c -> c.arrival));
  private final Map<Work.Key, Computation> underWay = new HashMap<>();
  private final Map<String, Integer> waiting = new HashMap<>();

  /** By model, the threads that compute for it now. */
  private final Map<String, Integer> held = new HashMap<>();

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
   * @param waitingMax callers that may wait for each model that the limits do not list
   */
  public Scheduler(int threadCount, int waitingMax, ModelLimits limits) {
    this(threadCount, waitingMax, limits, System::nanoTime);
  }

  Scheduler(int threadCount, int waitingMax, ModelLimits limits, LongSupplier clock) {
    this.limits = Objects.requireNonNull(limits, "limits");
    this.clock = clock;
    this.originNs = clock.getAsLong();
    this.waitingMax = waitingMax;
    // Its queue holds a token for each computation that could begin if a thread were free, at
    // least, and no more than ever waited.
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
      } else if (waits && isFull(model(work))) {
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

  private boolean isFull(String model) {
    return waiting.getOrDefault(model, 0) >= limits.waiting(model, waitingMax);
  }

  /**
   * Whether what is more urgent takes longer, by how long runs have taken of late, than the caller
   * waits. With nothing before it work is always tried, so that one slow run shuts nobody out for
   * good; what it may be computed together with is not before it.
   */
  private boolean comesTooLate(Work work) {
    if (!work.hasDeadline()) {
      return false;
    }
    String model = model(work);
    long deadlineNs = work.deadlineNs() - originNs;
    double own = 0;
    double theirs = 0;
    Set<String> others = new HashSet<>();
    for (Computation other : queue) {
      if (other.deadlineNs > deadlineNs) {
        break;
      }
      if (work.joins(other.work)) {
        continue;
      }
      if (model(other.work).equals(model)) {
        own += recentNs(other.work);
      } else {
        theirs += recentNs(other.work);
        others.add(model(other.work));
      }
    }
    int all = threads.getMaximumPoolSize();
    // Where the others may not hold every thread, there is one that does not wait for them.
    boolean shared = others.stream().mapToInt(this::threadsMax).sum() >= all;
    double waitNs = Math.max(own / threadsMax(model), shared ? (own + theirs) / all : 0);
    return waitNs > 0 && waitNs + recentNs(work) > work.deadlineNs() - clock.getAsLong();
  }

  private int threadsMax(String model) {
    return limits.threads(model, threads.getMaximumPoolSize());
  }

  private boolean mayBegin(String model) {
    return held.getOrDefault(model, 0) < threadsMax(model);
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
    wake(model(work));
    return computation;
  }

  /** Has one more thread look, where work of that model could begin. */
  private void wake(String model) {
    boolean fewer = threads.getQueue().size() < queue.size(); // some may be of what was withdrawn
    if (fewer && mayBegin(model)) {
      threads.execute(this::computeNext);
    }
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
    List<Computation> batch = new ArrayList<>();
    Optional<String> model = taken(batch, gone);
    try {
      gone.forEach(caller -> tell(() -> caller.refused(Caller.Refusal.GONE)));
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
      model.ifPresent(this::released);
    }
  }

  /**
   * The most urgent computation that may begin, and what may go with it; none when its callers have
   * gone.
   *
   * @return the model for which this thread is held now, until it is released
   */
  private Optional<String> taken(List<Computation> batch, List<Caller> gone) {
    lock.lock();
    try {
      Optional<Computation> next = next();
      if (next.isEmpty()) {
        return Optional.empty();
      }
      Computation first = next.get();
      held.merge(model(first.work), 1, Integer::sum);
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
      return Optional.of(model(first.work));
    } finally {
      lock.unlock();
    }
  }

  /** Out of the queue: the most urgent one whose model does not hold all that it may. */
  private Optional<Computation> next() {
    Iterator<Computation> all = queue.iterator();
    while (all.hasNext()) {
      Computation next = all.next();
      if (mayBegin(model(next.work))) {
        all.remove();
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  /** A thread is done with that model; whoever waited for its place is next. */
  private void released(String model) {
    lock.lock();
    try {
      held.merge(model, -1, (now, fewer) -> now + fewer == 0 ? null : now + fewer);
      if (waiting.containsKey(model)) {
        wake(model);
      }
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
