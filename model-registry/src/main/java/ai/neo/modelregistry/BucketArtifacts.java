package ai.neo.modelregistry;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Artifacts in a bucket, with copies of those used last in a directory. An artifact is stored when
 * the bucket has it; the copies may be lost at any time. A copy is compared with its digest like
 * everything else, so that one that is damaged is fetched again.
 */
final class BucketArtifacts implements ArtifactStore {
  private static final Logger LOG = LoggerFactory.getLogger(BucketArtifacts.class);

  private static final long COPIES_MAX_BYTES = 4L << 30;
  private static final Duration IN_USE = Duration.ofMinutes(10);

  private final S3Bucket bucket;
  private final DirectoryArtifacts copies;

  private BucketArtifacts(S3Bucket bucket, DirectoryArtifacts copies) {
    this.bucket = bucket;
    this.copies = copies;
  }

  /**
   * Opens the bucket after a look at it. One whose server does not answer stops the start only when
   * there is no copy of anything: otherwise what is served needs nothing from it now.
   */
  static BucketArtifacts open(ArtifactPlace.Bucket place) {
    DirectoryArtifacts copies = DirectoryArtifacts.open(place.cache());
    S3Bucket bucket = S3Bucket.connect(place);
    try {
      Optional<RegistryException> away = bucket.look();
      if (away.isPresent()) {
        if (copies.isEmpty()) {
          throw away.get();
        }
        LOG.error("{}. Until then only the copies here are served", away.get().getMessage());
      }
      return new BucketArtifacts(bucket, copies);
    } catch (RuntimeException e) {
      bucket.close();
      throw e;
    }
  }

  @Override
  public String put(ByteString content) {
    String digest = Sha256.hex(content.asReadOnlyByteBuffer());
    bucket.put(digest, S3Bucket.Upload.of(content));
    copies.put(content);
    trim();
    return digest;
  }

  @Override
  public Path begin() {
    return copies.begin();
  }

  @Override
  public void keep(Path part, String digest) {
    bucket.put(digest, S3Bucket.Upload.of(part));
    copies.keep(part, digest);
    trim();
  }

  @Override
  public void discard(Path part) {
    copies.discard(part);
  }

  @Override
  public Path file(String digest) {
    copies.touch(digest, Instant.now());
    try {
      return copies.file(digest);
    } catch (RegistryException e) {
      requireLost(e);
      return fetched(digest);
    }
  }

  @Override
  public ByteString start(String digest, int bytes) {
    try {
      return copies.start(digest, bytes);
    } catch (RegistryException e) {
      requireLost(e);
      return bucket.start(digest, bytes);
    }
  }

  @Override
  public ByteString get(String digest) {
    copies.touch(digest, Instant.now());
    try {
      return copies.get(digest);
    } catch (RegistryException e) {
      requireLost(e);
      fetched(digest);
      return copies.get(digest);
    }
  }

  @Override
  public ByteString original(String digest) {
    Path part = copies.begin();
    try {
      bucket.fetch(digest, part);
      copies.keep(part, digest);
    } finally {
      copies.discard(part);
    }
    return copies.get(digest);
  }

  /** Only what has no good copy is fetched; a directory that fails is not hidden. */
  private static void requireLost(RegistryException e) {
    if (e.code() != Status.Code.DATA_LOSS) {
      throw e;
    }
  }

  private Path fetched(String digest) {
    Path part = copies.begin();
    try {
      bucket.fetch(digest, part);
      copies.keep(part, digest);
    } finally {
      copies.discard(part);
    }
    trim();
    return copies.file(digest);
  }

  private void trim() {
    copies.trim(COPIES_MAX_BYTES, Instant.now().minus(IN_USE));
  }

  @Override
  public void close() {
    bucket.close();
  }
}
