package ai.neo.systemtests.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

  /**
   * Every process that works on a data directory: named on its command line, or its working
   * directory, as for each of PostgreSQL's.
   */
  public static List<ProcessHandle> on(Path dataDirectory) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(Processes::runs)
        .filter(process -> names(process, dataDirectory) || worksIn(process, dataDirectory))
        .toList();
  }

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

  private static boolean worksIn(ProcessHandle process, Path dataDirectory) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
          .startsWith(dataDirectory);
    } catch (IOException e) {
      return false;
    }
  }
}
