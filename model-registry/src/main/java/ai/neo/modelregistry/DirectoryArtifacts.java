package ai.neo.modelregistry;

import ai.neo.proto.artifact.ArtifactFormat;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Artifacts in a directory, each under its SHA-256: {@code sha256/ab/ab12…}. A file appears under
 * its name only when complete and on disk, and is checked each time it is read. Paths are made from
 * digests alone, never from what a caller sent. Any number of threads and processes may share one
 * directory.
 */
final class DirectoryArtifacts implements ArtifactStore {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryArtifacts.class);

  /** No upload takes this long, so what is older was left by a process that died. */
  private static final Duration ABANDONED_AFTER = Duration.ofHours(1);

  private static final int BUFFER_BYTES = 1 << 16;

  private final Path artifacts;
  private final Path incoming;

  private DirectoryArtifacts(Path artifacts, Path incoming) {
    this.artifacts = artifacts;
    this.incoming = incoming;
  }

  /** Opens the directory, which is created when absent, and removes abandoned uploads. */
  static DirectoryArtifacts open(Path directory) {
    try {
      Path root = Files.createDirectories(directory).toRealPath();
      DirectoryArtifacts store =
          new DirectoryArtifacts(
              Files.createDirectories(root.resolve("sha256")),
              Files.createDirectories(root.resolve("incoming")));
      store.removeAbandoned(Instant.now().minus(ABANDONED_AFTER));
      return store;
    } catch (IOException e) {
      throw unwritable(directory, e);
    }
  }

  private void removeAbandoned(Instant before) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(incoming, "*.part")) {
      for (Path file : files) {
        Instant written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        if (written.isBefore(before)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Override
  public String put(ByteString content) {
    String digest = Sha256.hex(content.asReadOnlyByteBuffer());
    Path target = pathOf(digest);
    try {
      if (!isIntact(target, digest)) {
        write(content, target);
      }
    } catch (IOException e) {
      throw unwritable(target, e);
    }
    return digest;
  }

  /** Also false for a damaged file: the caller then replaces it by the good bytes it holds. */
  private boolean isIntact(Path target, String digest) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    boolean intact =
        Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS) && digestOf(target).equals(digest);
    if (!intact) {
      LOG.warn("damaged artifact replaced by the bytes pushed again: digest={}", digest);
    }
    return intact;
  }

  private static String digestOf(Path file) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      while (channel.read(buffer.clear()) >= 0) {
        digest.update(buffer.flip());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void write(ByteString content, Path target) throws IOException {
    Path part = Files.createTempFile(incoming, "upload-", ".part");
    try {
      try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
        ByteBuffer rest = content.asReadOnlyByteBuffer();
        while (rest.hasRemaining()) {
          file.write(rest);
        }
      }
      install(part, target);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private void install(Path part, Path target) throws IOException {
    try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
      file.force(true);
    }
    if (Files.notExists(target.getParent())) {
      Files.createDirectories(target.getParent());
      force(artifacts);
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    force(target.getParent());
  }

  @Override
  public Path begin() {
    try {
      return Files.createTempFile(incoming, "upload-", ".part");
    } catch (IOException e) {
      throw unwritable(incoming, e);
    }
  }

  @Override
  public void keep(Path part, String digest) {
    Path target = pathOf(digest);
    try {
      if (isIntact(target, digest)) {
        Files.delete(part);
      } else {
        install(part, target);
      }
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  @Override
  public void discard(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      LOG.warn("an abandoned upload stays until the next start: file={}", part, e);
    }
  }

  @Override
  public Path file(String digest) {
    Path path = pathOf(digest);
    try {
      String found = digestOf(path);
      if (!found.equals(digest)) {
        throw lost(digest, "sha256 " + found, null);
      }
      return path;
    } catch (NoSuchFileException e) {
      throw lost(digest, "no file", e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  @Override
  public ByteString start(String digest, int bytes) {
    try (InputStream in = Files.newInputStream(pathOf(digest), LinkOption.NOFOLLOW_LINKS)) {
      return ByteString.copyFrom(in.readNBytes(bytes));
    } catch (NoSuchFileException e) {
      throw lost(digest, "no file", e);
    } catch (IOException e) {
      throw unreadable(pathOf(digest), e);
    }
  }

  /** A rename survives a power cut only when its directory is on disk too. */
  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public ByteString get(String digest) {
    Path path = pathOf(digest);
    byte[] content;
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      long size = file.size();
      if (size > ArtifactFormat.SIZE_MAX_BYTES) {
        throw lost(digest, "a file of " + size + " bytes, more than any artifact has", null);
      }
      content = readFully(file, (int) size);
    } catch (NoSuchFileException e) {
      throw lost(digest, "no file", e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
    String found = Sha256.hex(ByteBuffer.wrap(content));
    if (!found.equals(digest)) {
      throw lost(digest, "sha256 " + found, null);
    }
    return UnsafeByteOperations.unsafeWrap(content);
  }

  @Override
  public ByteString original(String digest) {
    return get(digest);
  }

  @Override
  public void close() {
    // Nothing is held open.
  }

  /**
   * Removes what was not used for longest until no more than {@code bytesMax} are left. What was
   * used in the last minutes stays: somebody may be sending it.
   */
  void trim(long bytesMax, Instant unusedSince) {
    record Entry(Path path, long bytes, Instant used) {}
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> all = Files.walk(artifacts)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        BasicFileAttributes about =
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (about.isRegularFile()) {
          entries.add(new Entry(path, about.size(), about.lastModifiedTime().toInstant()));
        }
      }
      long bytes = entries.stream().mapToLong(Entry::bytes).sum();
      entries.sort(Comparator.comparing(Entry::used));
      for (Entry entry : entries) {
        if (bytes <= bytesMax || entry.used().isAfter(unusedSince)) {
          return;
        }
        Files.deleteIfExists(entry.path());
        bytes -= entry.bytes();
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("the copies under {} cannot be trimmed now; the next one tries again", artifacts, e);
    }
  }

  /** Whether no artifact was ever kept here. */
  boolean isEmpty() {
    try (Stream<Path> all = Files.walk(artifacts)) {
      return all.noneMatch(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      throw unreadable(artifacts, e);
    }
  }

  /** Notes that an artifact is in use; nothing to note when it is not here. */
  void touch(String digest, Instant now) {
    try {
      Files.setLastModifiedTime(pathOf(digest), FileTime.from(now));
    } catch (IOException e) {
      LOG.debug("digest={} cannot be marked as used", digest, e);
    }
  }

  private static byte[] readFully(FileChannel file, int size) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(size);
    while (content.hasRemaining() && file.read(content) >= 0) {
      // Until the file or the room ends; a file that shrank meanwhile fails the digest check.
    }
    return content.array();
  }

  private Path pathOf(String digest) {
    return artifacts.resolve(ArtifactStore.checked(digest).substring(0, 2)).resolve(digest);
  }

  private static RegistryException lost(String digest, String found, Throwable cause) {
    return ArtifactStore.lost("on disk", digest, found, cause);
  }

  private static RegistryException unreadable(Path path, IOException e) {
    return new RegistryException(
        Status.Code.UNAVAILABLE,
        "The artifact %s cannot be read: %s. Check the disk and the file's permissions"
            .formatted(path, e),
        e);
  }

  private static RegistryException unwritable(Path path, IOException e) {
    return new RegistryException(
        Status.Code.UNAVAILABLE,
        "The artifact directory cannot be written at %s: %s. Check free space and permissions"
            .formatted(path, e),
        e);
  }
}
