package ai.neo.systemtests.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** Processes of the machine, as Linux shows them. */
public final class Processes {
  private Processes() {}

  static void signal(String signal, String target) {
    try {
      new ProcessBuilder("kill", "-" + signal, "--", target).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new AssertionError("kill cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it runs; one that is dead and not yet reaped does not. */
  public static boolean runs(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }

  /** Every process that works on a data directory, with its command, as {@code ps} shows it. */
  public static Map<ProcessHandle, String> on(Path dataDirectory) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(Processes::runs)
        .filter(process -> names(process, dataDirectory) || worksIn(process, dataDirectory))
        .collect(Collectors.toMap(process -> process, process -> read(process, "cmdline")));
  }

  /** Named on its command line. */
  private static boolean names(ProcessHandle process, Path dataDirectory) {
    return read(process, "cmdline").contains(dataDirectory.toString());
  }

  private static String read(ProcessHandle process, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), file));
    } catch (IOException e) {
      return "";
    }
  }

  /** As each of PostgreSQL's processes does. */
  private static boolean worksIn(ProcessHandle process, Path dataDirectory) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
          .startsWith(dataDirectory);
    } catch (IOException e) {
      return false;
    }
  }
}
