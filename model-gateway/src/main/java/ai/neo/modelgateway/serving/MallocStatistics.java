package ai.neo.modelgateway.serving;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What native code of this process has from {@code malloc}, by glibc's {@code mallinfo2} (2.33 and
 * later).
 */
final class MallocStatistics {
  private static final MemoryLayout COUNTERS =
      MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));

  /** Where {@code hblkhd} is: bytes of blocks that were mapped on their own. */
  private static final int MAPPED = 4;

  /** Where {@code uordblks} is: bytes in use of all else. */
  private static final int IN_USE = 7;

  private MallocStatistics() {}

  /**
   * Bytes that were allocated and not freed, but for Java's direct buffers, which are freed when
   * garbage is collected; empty where the C library does not tell.
   */
  @SuppressWarnings("restricted") // the function only reads, and its layout is the C library's
  static OptionalLong inUse() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> function = linker.defaultLookup().find("mallinfo2");
    if (function.isEmpty()) {
      return OptionalLong.empty();
    }
    MethodHandle call = linker.downcallHandle(function.get(), FunctionDescriptor.of(COUNTERS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment counters = (MemorySegment) call.invokeExact((SegmentAllocator) arena);
      return OptionalLong.of(
          counters.getAtIndex(ValueLayout.JAVA_LONG, MAPPED)
              + counters.getAtIndex(ValueLayout.JAVA_LONG, IN_USE)
              - directBuffers());
    } catch (Throwable e) {
      throw new IllegalStateException("mallinfo2 cannot be called", e);
    }
  }

  private static long directBuffers() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
