package ai.neo.orchestrator.operations;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a TCP port is free, and which process listens on it. */
public final class PortHolder {
  private static final String LISTENING = "0A";
  private static final int STATE_COLUMN = 3;
  private static final int INODE_COLUMN = 9;
  private static final int LONGEST_COMMAND = 100;

  private PortHolder() {}

  /** Whether a server could listen on it now; a free one always could. */
  public static boolean free(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The process that listens on it; empty if nobody does or it is not ours to see. */
  public static Optional<ProcessHandle> of(int port) {
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      listening(Path.of(table), port, sockets);
    }
    if (sockets.isEmpty()) {
      return Optional.empty();
    }
    return ProcessHandle.allProcesses().filter(process -> holds(process, sockets)).findFirst();
  }

  /** For people: {@code process 17 (java -jar other.jar)}, or that it cannot be seen. */
  public static String describe(int port) {
    return of(port)
        .map(process -> "process " + process.pid() + " (" + command(process) + ")")
        .orElse("a process that is not ours to see");
  }

  private static String command(ProcessHandle process) {
    String line;
    try {
      line = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).replace('\0', ' ');
    } catch (IOException e) {
      line = process.info().command().orElse("?");
    }
    line = line.strip();
    return line.length() <= LONGEST_COMMAND ? line : line.substring(0, LONGEST_COMMAND) + "…";
  }

  private static void listening(Path table, int port, Set<String> sockets) {
    List<String> lines;
    try {
      lines = Files.readAllLines(table);
    } catch (IOException e) {
      // No such protocol here, or no /proc at all: then nobody can be named.
      return;
    }
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      List<String> columns = List.of(line.strip().split("\\s+"));
      String address = columns.get(1);
      int listened = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16);
      if (listened == port && columns.get(STATE_COLUMN).equals(LISTENING)) {
        sockets.add("socket:[" + columns.get(INODE_COLUMN) + "]");
      }
    }
  }

  private static boolean holds(ProcessHandle process, Set<String> sockets) {
    Path descriptors = Path.of("/proc/" + process.pid() + "/fd");
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : all) {
        if (Files.isSymbolicLink(descriptor)
            && sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
      return false;
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // Another user's process, or one that has just ended.
      return false;
    }
  }
}
