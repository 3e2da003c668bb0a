package ai.neo.orchestrator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The segment that comes next. Its zeros are written by another thread while the present segment
 * fills, for that takes longer than a tick may wait; it gets its name when its turn comes.
 *
 * <p>All methods are the journal's owner's alone.
 */
final class SpareSegment implements AutoCloseable {
  /** Not a segment's name: readers pass over it, and a start deletes one that was left behind. */
  static final String NAME = "next.reserved";

  private static final int CHUNK_BYTES = 1 << 20;

  private final Path file;
  private final int bytes;
  private final ExecutorService reserver =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("journal-reserve").factory());
  private Optional<Future<?>> reservation = Optional.empty();

  private SpareSegment(Path file, int bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  static SpareSegment of(Path directory, int bytes) throws IOException {
    Path file = directory.resolve(NAME);
    Files.deleteIfExists(file);
    return new SpareSegment(file, bytes);
  }

  /** Begins to reserve the segment, unless that was begun before. Does not wait. */
  void begin() {
    if (reservation.isEmpty()) {
      reservation =
          Optional.of(
              reserver.submit(
                  () -> {
                    reserve(file, bytes);
                    return null;
                  }));
    }
  }

  /**
   * Gives the segment its name. Waits for the reservation if that was begun; reserves now if it was
   * not, or if it failed and there may be room by now.
   *
   * @throws IOException if the disk is full or away; no file is left behind then
   */
  void become(Path segment) throws IOException {
    if (!reserved()) {
      reserve(file, bytes);
    }
    Files.move(file, segment, StandardCopyOption.ATOMIC_MOVE);
    reservation = Optional.empty();
  }

  private boolean reserved() throws IOException {
    if (reservation.isEmpty()) {
      return false;
    }
    try {
      reservation.get().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException) {
        return false;
      }
      throw new IOException("the next segment was not reserved: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the next segment was being reserved", e);
    }
  }

  /** Writes a file's zeros, so that a full disk shows here and not as a fault on a mapping. */
  static void reserve(Path of, int bytes) throws IOException {
    try (FileChannel fresh =
        FileChannel.open(
            of, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK_BYTES);
      long at = fresh.size();
      while (at < bytes) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
        at += fresh.write(zeros, at);
      }
    } catch (IOException e) {
      if (Files.size(of) == 0 || JournalTail.empty(of)) {
        Files.deleteIfExists(of);
      }
      throw e;
    }
  }

  /** Gives the reserved space back. */
  @Override
  public void close() throws IOException {
    reserver.close();
    Files.deleteIfExists(file);
  }
}
