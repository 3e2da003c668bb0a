package ai.neo.modelregistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every place of artifacts does. A subclass says where its bytes lie, to damage them. */
abstract class ArtifactStoreContract {
  static final ByteString CONTENT = ByteString.copyFromUtf8("weights");
  private static final int WRITERS = 6;

  @TempDir Path directory;
  ArtifactStore store;

  /** Opens the place as another process would: nothing but what is durable is there. */
  abstract ArtifactStore openAnew() throws IOException;

  /** Makes others of the stored bytes; empty removes them. */
  abstract void damage(String digest, Optional<byte[]> bytes) throws IOException;

  /** The digests that are stored. */
  abstract List<String> stored() throws IOException;

  @BeforeEach
  void open() throws IOException {
    store = openAnew();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void keepsContentUnderItsDigestOnce() throws IOException {
    String digest = store.put(CONTENT);
    assertThat(store.put(CONTENT)).isEqualTo(digest);
    assertThat(digest).isEqualTo(Sha256.hex(CONTENT.asReadOnlyByteBuffer()));
    assertThat(store.get(digest)).isEqualTo(CONTENT);
    assertThat(store.original(digest)).isEqualTo(CONTENT);
    assertThat(store.start(digest, 3)).isEqualTo(CONTENT.substring(0, 3));
    assertThat(store.start(digest, 100)).isEqualTo(CONTENT);
    assertThat(Files.readAllBytes(store.file(digest))).isEqualTo(CONTENT.toByteArray());
    assertThat(stored()).containsExactly(digest);
  }

  @Test
  void whatWasStoredIsThereForAnotherProcess() throws IOException {
    String digest = store.put(CONTENT);
    String empty = store.put(ByteString.EMPTY);
    try (ArtifactStore other = openAnew()) {
      assertThat(other.start(digest, 3)).isEqualTo(CONTENT.substring(0, 3));
      assertThat(other.start(empty, 3)).isEqualTo(ByteString.EMPTY);
      assertThat(other.get(digest)).isEqualTo(CONTENT);
      assertThat(other.get(empty)).isEqualTo(ByteString.EMPTY);
      assertThat(Files.readAllBytes(other.file(digest))).isEqualTo(CONTENT.toByteArray());
    }
  }

  @Test
  void anUploadAppearsWhenItIsKeptAndNotWhenItIsDiscarded() throws IOException {
    Path cut = Files.write(store.begin(), new byte[] {1, 2});
    store.discard(cut);
    assertThat(cut).doesNotExist();
    assertThat(stored()).isEmpty();

    byte[] large = new byte[3 << 20];
    large[77] = 1;
    String digest = Sha256.hex(ByteBuffer.wrap(large));
    Path whole = Files.write(store.begin(), large);
    store.keep(whole, digest);
    assertThat(whole).doesNotExist();
    store.keep(Files.write(store.begin(), large), digest);
    assertThat(stored()).containsExactly(digest);
    try (ArtifactStore other = openAnew()) {
      assertThat(Files.readAllBytes(other.file(digest))).isEqualTo(large);
    }
  }

  @Test
  void noticesAFlippedBitAndMendsItWhenTheBytesComeAgain() throws IOException {
    String digest = store.put(CONTENT);
    byte[] damaged = CONTENT.toByteArray();
    damaged[3] ^= 1;
    damage(digest, Optional.of(damaged));
    try (ArtifactStore other = openAnew()) {
      assertDataLoss(other, digest, digest, Sha256.hex(ByteBuffer.wrap(damaged)));
      other.put(CONTENT);
    }
    try (ArtifactStore third = openAnew()) {
      assertThat(third.get(digest)).isEqualTo(CONTENT);
      assertThat(third.original(digest)).isEqualTo(CONTENT);
    }
  }

  @Test
  void noticesWhatIsTruncatedOrGone() throws IOException {
    String digest = store.put(CONTENT);
    damage(digest, Optional.of(new byte[0]));
    assertThatThrownBy(() -> store.original(digest)).hasMessageContaining("found sha256");
    try (ArtifactStore other = openAnew()) {
      assertDataLoss(other, digest, digest, "found sha256");
    }
    damage(digest, Optional.empty());
    try (ArtifactStore other = openAnew()) {
      assertDataLoss(other, digest, digest, "found no");
    }
  }

  @Test
  void manyMayStoreTheSameAtOnce() throws Exception {
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> all =
          java.util.stream.IntStream.range(0, WRITERS)
              .mapToObj(x -> writers.submit(() -> store.put(CONTENT)))
              .toList();
      for (Future<String> one : all) {
        assertThat(store.get(one.get())).isEqualTo(CONTENT);
      }
    }
    assertThat(stored()).hasSize(1);
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
  void nothingButADigestBecomesAName(String digest) {
    assertThatThrownBy(() -> store.get(digest))
        .asInstanceOf(InstanceOfAssertFactories.type(RegistryException.class))
        .extracting(RegistryException::code)
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  static void assertDataLoss(ArtifactStore store, String digest, String... parts) {
    assertThatThrownBy(() -> store.get(digest))
        .hasMessageContainingAll(parts)
        .asInstanceOf(InstanceOfAssertFactories.type(RegistryException.class))
        .extracting(RegistryException::code)
        .isEqualTo(Status.Code.DATA_LOSS);
  }
}
