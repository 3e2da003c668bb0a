package ai.neo.orchestrator.operations;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/** Whether something keeps the kernel's clock right, asked of the kernel: no network is needed. */
final class ClockDiscipline {
  private static final String CHECK = "clock-sync";

  /** {@code struct timex} of 64-bit Linux: offsets of the fields, and more than its size. */
  private static final long MAXIMUM_ERROR_AT = 24;

  private static final long STATUS_AT = 40;
  private static final long SIZE = 256;
  private static final int NOT_SYNCHRONISED = 0x0040;
  private static final int TIME_ERROR = 5;
  private static final long TOO_FAR_MICROS = 1_000_000;

  private ClockDiscipline() {}

  @SuppressWarnings("restricted") // The start script allows native access; it is libc's adjtimex.
  static Finding read() {
    Linker linker = Linker.nativeLinker();
    var adjtimex = linker.defaultLookup().find("adjtimex");
    if (adjtimex.isEmpty()) {
      return Finding.ok(CHECK, "this system does not say whether its clock is kept right");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timex = arena.allocate(SIZE, Long.BYTES);
      int state =
          (int)
              linker
                  .downcallHandle(adjtimex.get(), FunctionDescriptor.of(JAVA_INT, ADDRESS))
                  .invokeExact(timex);
      return judge(state, timex.get(JAVA_INT, STATUS_AT), timex.get(JAVA_LONG, MAXIMUM_ERROR_AT));
    } catch (Throwable e) {
      throw new IllegalStateException("adjtimex cannot be called", e);
    }
  }

  /**
   * @param state what adjtimex answered; negative if it may not be asked
   */
  static Finding judge(int state, int status, long errorMicros) {
    if (state < 0) {
      return Finding.ok(CHECK, "the kernel may not be asked whether its clock is kept right");
    }
    String error = String.format(Locale.ROOT, "%.1f ms", errorMicros / 1000.0);
    String remedy =
        "start chrony or systemd-timesyncd: live venues refuse orders whose time is off";
    if (state == TIME_ERROR || (status & NOT_SYNCHRONISED) != 0) {
      return Finding.warn(CHECK, "the kernel says that nothing keeps its clock right", remedy);
    }
    return errorMicros > TOO_FAR_MICROS
        ? Finding.warn(CHECK, "the clock may be off by " + error, remedy)
        : Finding.ok(CHECK, "kept right, off by at most " + error);
  }
}
