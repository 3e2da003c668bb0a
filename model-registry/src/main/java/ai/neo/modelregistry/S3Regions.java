package ai.neo.modelregistry;

import java.util.Optional;
import software.amazon.awssdk.regions.Region;

/** Which region a bucket is in. */
final class S3Regions {
  private S3Regions() {}

  /**
   * The stated one; for another server than AWS's any will do; empty to go by the environment, as
   * AWS's own programs do.
   */
  static Optional<Region> of(ArtifactPlace.Bucket place) {
    if (place.region().isPresent()) {
      return place.region().map(Region::of);
    }
    boolean isNamed =
        System.getenv("AWS_REGION") != null || System.getenv("AWS_DEFAULT_REGION") != null;
    return place.endpoint().isPresent() && !isNamed
        ? Optional.of(Region.US_EAST_1)
        : Optional.empty();
  }
}
