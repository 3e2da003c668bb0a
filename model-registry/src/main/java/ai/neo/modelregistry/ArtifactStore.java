package ai.neo.modelregistry;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Artifacts by their SHA-256, 64 lower-case hexadecimal digits. An artifact is there whole or not
 * at all, never changes, and is compared with its digest each time it is read. Names are made from
 * digests alone, never from what a caller sent. Calls block; any number of threads and processes
 * may share one place. What cannot be reached, read or written is UNAVAILABLE, a text that is no
 * digest INVALID_ARGUMENT, and an artifact that is gone or is not what was stored DATA_LOSS.
 */
public interface ArtifactStore extends AutoCloseable {

  /** Stores the content, unless it is there already, and returns its digest. */
  String put(ByteString content);

  /** An empty local file for an upload of any size, for {@link #keep} or {@link #discard}. */
  Path begin();

  /** Stores a finished upload under its digest; the file is gone afterwards. */
  void keep(Path part, String digest);

  /** Forgets an upload that was cut off. */
  void discard(Path part);

  /** A local file with an artifact of any size, after a check of its bytes. */
  Path file(String digest);

  /** The first bytes of an artifact, unchecked: only to guess what it is. */
  ByteString start(String digest, int bytes);

  /** The artifact's bytes, 256 MiB at most. */
  ByteString get(String digest);

  /** As {@link #get}, but from where artifacts are kept and not from any copy of it. */
  ByteString original(String digest);

  @Override
  void close();

  /**
   * Opens the place, after a look whether it can be used.
   *
   * @throws RegistryException UNAVAILABLE when it cannot, with what to do
   */
  static ArtifactStore open(ArtifactPlace place) {
    return switch (place) {
      case ArtifactPlace.Directory directory -> DirectoryArtifacts.open(directory.path());
      // The client of S3 is loaded here and only then: a start without it pays nothing.
      case ArtifactPlace.Bucket bucket -> BucketArtifacts.open(bucket);
    };
  }

  /** The digest, which is one. */
  static String checked(String digest) {
    if (!DIGEST.matcher(digest).matches()) {
      throw RegistryException.invalid(
          "A digest is 64 lower-case hexadecimal digits; got a text of length " + digest.length());
    }
    return digest;
  }

  /**
   * Says that an artifact is not what it should be.
   *
   * @param where such as {@code on disk}
   */
  static RegistryException lost(String where, String digest, String found, Throwable cause) {
    return new RegistryException(
        Status.Code.DATA_LOSS,
        "An artifact is damaged %s: expected sha256 %s, found %s. Restore it from a backup, or"
                .formatted(where, digest, found)
            + " push the same bytes again",
        cause);
  }

  /** What a digest looks like. */
  Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
}
