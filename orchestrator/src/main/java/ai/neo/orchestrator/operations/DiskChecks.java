package ai.neo.orchestrator.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Whether the data directory can be written, and how long its disk will last. */
final class DiskChecks {
  private static final long MIB = 1L << 20;
  private static final long PLENTY = 4096 * MIB;

  private DiskChecks() {}

  static List<Finding> all(Path dataDirectory) {
    Path place = dataDirectory;
    while (!Files.exists(place)) {
      place = place.getParent();
    }
    return List.of(writable(dataDirectory, place), space(dataDirectory, place));
  }

  private static Finding writable(Path dataDirectory, Path place) {
    String elsewhere = "check its owner and rights, or choose another with --data-dir";
    if (!Files.isDirectory(place)) {
      return Finding.fail("data-dir", place + " is no directory", elsewhere);
    }
    try {
      // Rights alone do not tell: root has all of them, also on a disk that is read-only.
      Files.delete(Files.createTempFile(place, ".neo-doctor", ""));
    } catch (IOException e) {
      return Finding.fail("data-dir", place + " cannot be written (" + e + ")", elsewhere);
    }
    return Finding.ok(
        "data-dir",
        dataDirectory + (place.equals(dataDirectory) ? " can be written" : " can be made"));
  }

  private static Finding space(Path dataDirectory, Path place) {
    try {
      return space(dataDirectory, Files.getFileStore(place).getUsableSpace());
    } catch (IOException e) {
      return Finding.warn(
          "disk", "its free space cannot be read (" + e + ")", "look with df " + place);
    }
  }

  static Finding space(Path dataDirectory, long freeBytes) {
    String detail = String.format(Locale.ROOT, "%,d MiB free", freeBytes / MIB);
    String remedy =
        "free some space on the disk of " + dataDirectory + ", or choose another with --data-dir";
    if (freeBytes < DataDirectory.LEAST_FREE_BYTES) {
      return Finding.fail("disk", detail, remedy + "; a run needs 512 MiB to start");
    }
    return freeBytes < PLENTY ? Finding.warn("disk", detail, remedy) : Finding.ok("disk", detail);
  }
}
