package ai.neo.modelgateway.engine;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes threads whose work gives way to requests: while both want a processor, such a thread gets
 * about a quarter of it. On Linux alone, where each thread has a nice value of its own (nice(2));
 * Java's thread priorities have no effect there.
 */
public final class BackgroundThreads {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundThreads.class);

  /** More than its maker's; with 10 a version took seconds to load on a busy machine. */
  public static final int NICE = 5;

  private static final Optional<MethodHandle> NICER = nicer();

  private BackgroundThreads() {}

  /** Makes daemon threads of that name. */
  public static ThreadFactory named(String name) {
    ThreadFactory plain = Thread.ofPlatform().daemon().name(name).factory();
    return work ->
        plain.newThread(
            () -> {
              giveWay();
              work.run();
            });
  }

  private static void giveWay() {
    if (NICER.isEmpty()) {
      return;
    }
    try {
      int now = (int) NICER.get().invokeExact(NICE);
      LOG.debug("{} gives way nice={}", Thread.currentThread().getName(), now);
    } catch (Throwable e) {
      throw new IllegalStateException("nice cannot be called", e);
    }
  }

  @SuppressWarnings("restricted") // a number in, a number out, by the C library's declaration
  private static Optional<MethodHandle> nicer() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.empty(); // Elsewhere it would slow the whole process down.
    }
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> function = linker.defaultLookup().find("nice");
    return function.map(
        address ->
            linker.downcallHandle(
                address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)));
  }
}
