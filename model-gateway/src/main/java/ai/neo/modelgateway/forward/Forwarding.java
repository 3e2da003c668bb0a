package ai.neo.modelgateway.forward;

import ai.neo.modelgateway.serving.VersionRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Every server that is forwarded to. Safe for any thread; only {@link #start} and {@link #close}
 * block.
 */
public final class Forwarding implements AutoCloseable {

  private final List<RemoteServer> servers = new ArrayList<>();
  private final List<Thread> looking = new ArrayList<>();
  private final ScheduledThreadPoolExecutor timers;
  private final ExecutorService tasks;

  private Forwarding() {
    this.timers =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("forward-timer").factory());
    timers.setRemoveOnCancelPolicy(true);
    this.tasks =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("forward-", 0).factory());
  }

  /** Nothing is forwarded. */
  public static Forwarding none() {
    return new Forwarding(); // its thread starts with the first timer
  }

  /** Looks at every server once, for seconds at most, and goes on looking until it is closed. */
  public static Forwarding start(ForwardSettings settings, VersionRegistry registry) {
    Forwarding forwarding = new Forwarding();
    RegisteredVersions registered = new RegisteredVersions(registry);
    for (ForwardTarget target : settings.targets()) {
      RemoteServer server = new RemoteServer(target, settings, forwarding::after, registered);
      forwarding.servers.add(server);
      try {
        server.contents().look();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      forwarding.looking.add(
          Thread.ofVirtual()
              .name("forward-look-" + server.name())
              .start(server.contents()::lookAlways));
    }
    return forwarding;
  }

  /** In the order in which they are asked. */
  public List<RemoteServer> servers() {
    return List.copyOf(servers);
  }

  /** The first server that has the model, or had it once. */
  public Optional<RemoteServer> serverOf(String model) {
    RemoteServer had = null;
    for (RemoteServer server : servers) { // a request passes here each time: no streams
      Optional<RemoteModel> known = server.model(model);
      if (known.isPresent()) {
        if (!known.get().ready().isEmpty()) {
          return Optional.of(server);
        }
        had = had == null ? server : had;
      }
    }
    return Optional.ofNullable(had);
  }

  /** How they do. */
  public List<ForwardStatus> statuses() {
    return servers.stream().map(RemoteServer::status).toList();
  }

  private Runnable after(long ns, Runnable task) {
    // On a thread of its own: what comes of it may compute.
    Future<?> timer = timers.schedule(() -> tasks.execute(task), ns, TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }

  @Override
  public void close() {
    looking.forEach(Thread::interrupt);
    timers.shutdownNow();
    servers.forEach(RemoteServer::close);
    tasks.shutdownNow();
  }
}
