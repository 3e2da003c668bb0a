package ai.neo.modelregistry;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where artifacts are kept. */
public sealed interface ArtifactPlace {

  /**
   * A directory, made when it is absent.
   *
   * @param path whose {@code sha256/ab/ab12…} are the artifacts
   */
  record Directory(Path path) implements ArtifactPlace {
    public Directory {
      Objects.requireNonNull(path, "path");
    }
  }

  /**
   * A bucket of S3, or of a server that speaks its protocol. Who logs in is not said here: that is
   * left to the environment, in the ways that AWS's own programs know.
   *
   * @param bucket its name
   * @param prefix before {@code sha256/ab/ab12…}; empty, or ending with a slash
   * @param endpoint of another server than AWS's
   * @param region empty to go by the environment
   * @param cache a local directory with copies of what was stored or read last
   */
  record Bucket(
      String bucket, String prefix, Optional<URI> endpoint, Optional<String> region, Path cache)
      implements ArtifactPlace {
    private static final Pattern PLACE =
        Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?");
    private static final Pattern PREFIX =
        Pattern.compile("(?:[A-Za-z0-9!_*'()-][A-Za-z0-9!_.*'()-]{0,99}/)*");
    private static final int PREFIX_MAX = 500;
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,64}");

    public Bucket {
      if (prefix.length() > PREFIX_MAX || !PREFIX.matcher(prefix).matches()) {
        throw new IllegalArgumentException(
            "the prefix in the bucket must be names of letters, digits and ! _ - . * ' ( ) with"
                + " slashes between, not '"
                + prefix
                + "'");
      }
      region.ifPresent(
          name -> {
            if (!REGION.matcher(name).matches()) {
              throw new IllegalArgumentException(
                  "the region must be a name such as eu-central-1, not '" + name + "'");
            }
          });
    }

    /**
     * Reads the texts of a configuration.
     *
     * @param place {@code s3://BUCKET} or {@code s3://BUCKET/PREFIX}
     * @param endpoint {@code http://HOST:PORT} or https; empty for AWS
     * @param region empty to go by the environment
     * @throws IllegalArgumentException with what is wrong and what was expected
     */
    public static Bucket of(String place, String endpoint, String region, Path cache) {
      Matcher parts = PLACE.matcher(place);
      if (!parts.matches()) {
        throw new IllegalArgumentException(
            "artifacts must be s3://BUCKET or s3://BUCKET/PREFIX, not '" + place + "'");
      }
      String prefix = parts.group(2) == null ? "" : parts.group(2);
      return new Bucket(
          parts.group(1),
          prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/",
          endpoint.isEmpty() ? Optional.empty() : Optional.of(server(endpoint)),
          region.isEmpty() ? Optional.empty() : Optional.of(region),
          cache);
    }

    private static URI server(String endpoint) {
      URI uri;
      try {
        uri = new URI(endpoint);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException("the S3 endpoint is no address: " + e.getReason(), e);
      }
      if (uri.getUserInfo() != null) {
        // Not shown: it is a login.
        throw new IllegalArgumentException(
            "the S3 endpoint must not hold a login; set AWS_ACCESS_KEY_ID and"
                + " AWS_SECRET_ACCESS_KEY in the environment instead");
      }
      boolean isServer =
          ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
              && uri.getHost() != null
              && uri.getQuery() == null
              && uri.getFragment() == null;
      if (!isServer) {
        throw new IllegalArgumentException(
            "the S3 endpoint must be http://HOST:PORT or https://HOST:PORT, not '"
                + endpoint
                + "'");
      }
      return uri;
    }

    /** As {@code s3://bucket/prefix at server}, for people. */
    String shown() {
      return "s3://%s/%s at %s"
          .formatted(bucket, prefix, endpoint.map(URI::toString).orElse("Amazon S3"));
    }
  }
}
