package ai.neo.modelregistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DirectoryArtifactsTest extends ArtifactStoreContract {
  @Override
  ArtifactStore openAnew() {
    return DirectoryArtifacts.open(directory.resolve("artifacts"));
  }

  @Override
  void damage(String digest, Optional<byte[]> bytes) throws IOException {
    if (bytes.isPresent()) {
      Files.write(path(digest), bytes.get());
    } else {
      Files.delete(path(digest));
    }
  }

  /** Also what should not be there. */
  @Override
  List<String> stored() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void followsNoLinkOutOfTheDirectory() throws IOException {
    Path outside = Files.write(directory.resolve("outside"), CONTENT.toByteArray());
    String digest = Sha256.hex(CONTENT.asReadOnlyByteBuffer());
    Files.createDirectories(path(digest).getParent());
    Files.createSymbolicLink(path(digest), outside);
    assertThatThrownBy(() -> store.get(digest)).isInstanceOf(RegistryException.class);

    store.put(CONTENT);
    assertThat(Files.isSymbolicLink(path(digest))).isFalse();
    assertThat(store.get(digest)).isEqualTo(CONTENT);
  }

  @Test
  void removesWhatAnUploadLeftThatDiedAndSparesOneThatRuns() throws IOException {
    Path incoming = directory.resolve("artifacts/incoming");
    Path dead = Files.writeString(incoming.resolve("upload-1.part"), "half");
    Path running = Files.writeString(incoming.resolve("upload-2.part"), "half");
    Files.setLastModifiedTime(dead, FileTime.from(Instant.now().minusSeconds(7200)));
    openAnew().close();
    assertThat(dead).doesNotExist();
    assertThat(running).exists();
  }

  @Test
  void trimsWhatWasNotUsedForLongestAndNothingInUse() throws IOException {
    DirectoryArtifacts copies = DirectoryArtifacts.open(directory.resolve("artifacts"));
    Instant now = Instant.parse("2026-11-21T10:00:00Z");
    String old = copies.put(CONTENT);
    String older = copies.put(CONTENT.concat(CONTENT));
    String inUse = copies.put(CONTENT.concat(CONTENT).concat(CONTENT));
    copies.touch(old, now.minusSeconds(3600));
    copies.touch(older, now.minusSeconds(7200));
    copies.touch(inUse, now);
    copies.trim(30, now.minusSeconds(60));
    assertThat(stored()).containsExactlyInAnyOrder(old, inUse);
    copies.trim(0, now.minusSeconds(60));
    assertThat(stored()).containsExactly(inUse);
  }

  @Test
  void saysWhatToDoWhenTheDirectoryCannotBeMade() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "in the way");
    assertThatThrownBy(() -> DirectoryArtifacts.open(file.resolve("artifacts")))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("Check free space and permissions");
  }

  private Path path(String digest) {
    return directory.resolve("artifacts/sha256").resolve(digest.substring(0, 2)).resolve(digest);
  }
}
