package ai.neo.orchestrator.operations;

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Java, machine, memory and clock. */
final class MachineChecks {
  private static final int JAVA = 25;
  private static final long GIB = 1L << 30;
  private static final long ENOUGH_MEMORY = 3 * GIB;

  /** This program is younger. */
  private static final Instant EARLIEST = Instant.parse("2025-09-16T00:00:00Z");

  private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

  private MachineChecks() {}

  static List<Finding> all() {
    return List.of(
        jdk(Runtime.version().feature()),
        platform(System.getProperty("os.name"), System.getProperty("os.arch")),
        memory(),
        clock(Instant.now()),
        ClockDiscipline.read());
  }

  static Finding jdk(int feature) {
    String detail =
        System.getProperty("java.vendor")
            + " "
            + System.getProperty("java.runtime.version")
            + " in "
            + System.getProperty("java.home");
    return feature == JAVA
        ? Finding.ok("jdk", detail)
        : Finding.warn("jdk", detail, "Neo is tested on JDK 25; set JAVA_HOME to one");
  }

  static Finding platform(String system, String architecture) {
    String detail = system + " on " + architecture;
    return system.equals("Linux") && architecture.equals("amd64")
        ? Finding.ok("platform", detail)
        : Finding.warn(
            "platform",
            detail,
            "the embedded PostgreSQL and the engines are bundled for Linux on x86-64;"
                + " set postgres.url and gateway.address to servers on such a machine");
  }

  private static Finding memory() {
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      long total = system.getTotalMemorySize();
      String detail = String.format(Locale.ROOT, "%.1f GiB", (double) total / GIB);
      return total >= ENOUGH_MEMORY
          ? Finding.ok("memory", detail)
          : Finding.warn(
              "memory",
              detail,
              "both processes together take up to 3 GiB; give the machine or container more");
    }
    return Finding.ok("memory", "this JVM does not say how much there is");
  }

  static Finding clock(Instant now) {
    return now.isAfter(EARLIEST) && now.isBefore(LATEST)
        ? Finding.ok("clock", now + ", UTC")
        : Finding.fail(
            "clock",
            now + " cannot be the time",
            "set the machine's clock: venues refuse orders whose time is off");
  }
}
