package ai.neo.modelregistry;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the registry keeps its two halves. The password in the URL appears neither in {@link
 * #toString} nor in any message.
 *
 * @param postgresUrl {@code postgresql://user:password@host:5432/database}; user, password and
 *     database may be percent-encoded
 * @param artifactsDirectory holds the artifacts by SHA-256; created when absent
 */
public record RegistrySettings(String postgresUrl, Path artifactsDirectory) {
  public RegistrySettings {
    Objects.requireNonNull(postgresUrl, "postgresUrl");
    Objects.requireNonNull(artifactsDirectory, "artifactsDirectory");
    PostgresAddress.parse(postgresUrl);
  }

  PostgresAddress postgres() {
    return PostgresAddress.parse(postgresUrl);
  }

  @Override
  public String toString() {
    return "RegistrySettings[postgres=%s, artifactsDirectory=%s]"
        .formatted(postgres(), artifactsDirectory);
  }
}
