package ai.neo.modelregistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactStoreTest {
  private static final ByteString CONTENT = ByteString.copyFromUtf8("weights");

  @TempDir private Path directory;
  private ArtifactStore store;

  @BeforeEach
  void open() {
    store = ArtifactStore.open(directory.resolve("artifacts"));
  }

  @Test
  void keepsContentUnderItsDigestOnceAndLeavesNothingElse() throws IOException {
    String digest = store.put(CONTENT);
    assertThat(store.put(CONTENT)).isEqualTo(digest);
    assertThat(store.get(digest)).isEqualTo(CONTENT);
    assertThat(files()).containsExactly(path(digest));
    assertThat(ArtifactStore.open(directory.resolve("artifacts")).get(digest)).isEqualTo(CONTENT);
  }

  @Test
  void noticesAFlippedBitAndMendsItWhenTheBytesComeAgain() throws IOException {
    String digest = store.put(CONTENT);
    byte[] damaged = CONTENT.toByteArray();
    damaged[3] ^= 1;
    Files.write(path(digest), damaged);
    assertDataLoss(digest, digest, Sha256.hex(ByteBuffer.wrap(damaged)));

    store.put(CONTENT);
    assertThat(store.get(digest)).isEqualTo(CONTENT);
  }

  @Test
  void noticesATruncatedAndAMissingFile() throws IOException {
    String digest = store.put(CONTENT);
    Files.write(path(digest), new byte[0]);
    assertDataLoss(digest, digest, "found sha256");
    Files.delete(path(digest));
    assertDataLoss(digest, digest, "no file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "../../../../etc/passwd",
        "/etc/passwd",
        "..",
        "ab",
        "ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD",
        "../abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefa",
        "abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd\n",
      })
  void nothingButADigestBecomesAPath(String digest) {
    assertThatThrownBy(() -> store.get(digest))
        .asInstanceOf(InstanceOfAssertFactories.type(RegistryException.class))
        .extracting(RegistryException::code)
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
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
    ArtifactStore.open(directory.resolve("artifacts"));
    assertThat(dead).doesNotExist();
    assertThat(running).exists();
  }

  @Test
  void saysWhatToDoWhenTheDirectoryCannotBeMade() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "in the way");
    assertThatThrownBy(() -> ArtifactStore.open(file.resolve("artifacts")))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("Check free space and permissions");
  }

  private void assertDataLoss(String digest, String... parts) {
    assertThatThrownBy(() -> store.get(digest))
        .hasMessageContainingAll(parts)
        .asInstanceOf(InstanceOfAssertFactories.type(RegistryException.class))
        .extracting(RegistryException::code)
        .isEqualTo(Status.Code.DATA_LOSS);
  }

  private Path path(String digest) {
    return directory.resolve("artifacts/sha256").resolve(digest.substring(0, 2)).resolve(digest);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
