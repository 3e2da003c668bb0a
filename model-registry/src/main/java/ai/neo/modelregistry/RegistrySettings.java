package ai.neo.modelregistry;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the registry keeps its two halves. The password in the URL appears neither in {@link
 * #toString} nor in any message.
 *
 * @param postgresUrl {@code postgresql://user:password@host:5432/database}; user, password and
 *     database may be percent-encoded
 * @param artifacts holds the artifacts by SHA-256
 */
public record RegistrySettings(String postgresUrl, ArtifactPlace artifacts) {
  public RegistrySettings {
    Objects.requireNonNull(postgresUrl, "postgresUrl");
    Objects.requireNonNull(artifacts, "artifacts");
    PostgresAddress.parse(postgresUrl);
  }

  /** With the artifacts in a directory, which is created when absent. */
  public RegistrySettings(String postgresUrl, Path artifactsDirectory) {
    this(postgresUrl, new ArtifactPlace.Directory(artifactsDirectory));
  }

  PostgresAddress postgres() {
    return PostgresAddress.parse(postgresUrl);
  }

  @Override
  public String toString() {
    return "RegistrySettings[postgres=%s, artifacts=%s]".formatted(postgres(), artifacts);
  }
}
