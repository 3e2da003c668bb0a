package ai.neo.modelregistry;

import static ai.neo.modelregistry.TestRegistry.champion;
import static ai.neo.modelregistry.TestRegistry.failure;
import static ai.neo.modelregistry.TestRegistry.move;
import static ai.neo.modelregistry.TestRegistry.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.proto.registry.v1.Problem;
import ai.neo.proto.registry.v1.VerifyRequest;
import io.grpc.Status;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Against a real S3 server. */
class BucketArtifactsTest extends ArtifactStoreContract {
  private static final String BUCKET = "models";
  private static final String KEY = "s3cret-of-the-test";
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  @TempDir private static Path logs;
  private static MotoServer server;
  private static S3Client client;

  private final AtomicInteger processes = new AtomicInteger();
  private String prefix = "";

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    server = MotoServer.start(logs);
    System.setProperty("aws.accessKeyId", "tester");
    System.setProperty("aws.secretAccessKey", KEY);
    client =
        S3Client.builder()
            .endpointOverride(server.address())
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("tester", KEY)))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
    client.createBucket(b -> b.bucket(BUCKET));
  }

  @AfterAll
  static void stop() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    if (client != null) {
      client.close();
      server.close();
    }
  }

  @BeforeEach
  @Override
  void open() throws IOException {
    prefix = "of-test-" + PREFIXES.incrementAndGet();
    super.open();
  }

  private ArtifactPlace.Bucket place(String bucket, URI endpoint) {
    return ArtifactPlace.Bucket.of(
        "s3://" + bucket + "/" + prefix,
        endpoint.toString(),
        "",
        directory.resolve("copies-" + processes.incrementAndGet()));
  }

  /** With an empty cache each time. */
  @Override
  ArtifactStore openAnew() {
    return ArtifactStore.open(place(BUCKET, server.address()));
  }

  @Override
  void damage(String digest, Optional<byte[]> bytes) {
    String key = key(digest);
    if (bytes.isPresent()) {
      client.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(bytes.get()));
    } else {
      client.deleteObject(b -> b.bucket(BUCKET).key(key));
    }
  }

  private String key(String digest) {
    return prefix + "/sha256/" + digest.substring(0, 2) + "/" + digest;
  }

  @Override
  List<String> stored() {
    return client.listObjectsV2(b -> b.bucket(BUCKET).prefix(prefix + "/")).contents().stream()
        .map(S3Object::key)
        .peek(key -> assertThat(key).startsWith(prefix + "/sha256/"))
        .map(key -> key.substring(key.lastIndexOf('/') + 1))
        .toList();
  }

  @Test
  void aDamagedCopyIsFetchedAgain() throws IOException {
    String digest = store.put(CONTENT);
    Files.writeString(store.file(digest), "other bytes");
    assertThat(store.get(digest)).isEqualTo(CONTENT);
    Files.delete(store.file(digest));
    assertThat(Files.readAllBytes(store.file(digest))).isEqualTo(CONTENT.toByteArray());
  }

  @Test
  void saysWhatToDoWhenTheBucketIsNotThere() {
    assertThatThrownBy(() -> ArtifactStore.open(place("absent", server.address())))
        .isInstanceOf(RegistryException.class)
        .hasMessageContainingAll("s3://absent/", "there is no bucket", "registry.artifacts")
        .hasMessageNotContaining(KEY);
  }

  @Test
  void aServerThatIsAwayStopsAStartOnlyWhereNothingIsCopied() {
    URI nobody = URI.create("http://127.0.0.1:1");
    assertThatThrownBy(() -> ArtifactStore.open(place(BUCKET, nobody)))
        .isInstanceOf(RegistryException.class)
        .hasMessageContainingAll("http://127.0.0.1:1", "does not answer", "registry.s3_endpoint");

    String digest = store.put(CONTENT);
    Path copies = directory.resolve("copies-" + (processes.get() - 1)); // those of `store`
    try (ArtifactStore away =
        ArtifactStore.open(
            ArtifactPlace.Bucket.of("s3://" + BUCKET, nobody.toString(), "", copies))) {
      assertThat(away.get(digest)).isEqualTo(CONTENT);
      assertThatThrownBy(() -> away.put(CONTENT.concat(CONTENT)))
          .hasMessageContaining("does not answer");
      assertThatThrownBy(() -> away.get("0".repeat(64))).hasMessageContaining("does not answer");
    }
  }

  @Test
  void aRegistryOverABucketOutlivesItsMachine(
      @ExtendWith(SharedPostgres.class) TestDatabase database) throws IOException {
    String url = database.url();
    String digest;
    try (TestRegistry neo =
        new TestRegistry(new RegistrySettings(url, place(BUCKET, server.address())))) {
      digest = neo.register("direction", 1).getDigest();
      neo.register("direction", 2);
      neo.stub.moveAlias(move("direction", "", "1", "promote"));
    }
    try (TestRegistry neo =
        new TestRegistry(new RegistrySettings(url, place(BUCKET, server.address())))) {
      assertThat(neo.stub.getAlias(champion("direction")).getVersion()).isEqualTo("1");
      assertThat(neo.stub.fetchArtifact(version("direction", "1")).getContent())
          .isEqualTo(Samples.neoDjl(1));
      damage(digest, Optional.of(new byte[] {1, 2, 3}));
      assertThat(
              neo.stub
                  .verify(VerifyRequest.newBuilder().setModel("direction").build())
                  .getProblemsList())
          .as("seen in the bucket, although there is a good copy")
          .extracting(Problem::getWhat, Problem::getVersion)
          .containsExactly(org.assertj.core.groups.Tuple.tuple("artifact", "1"));
    }
    try (TestRegistry neo =
        new TestRegistry(new RegistrySettings(url, place(BUCKET, server.address())))) {
      Status refused =
          failure(() -> neo.stub.fetchArtifact(version("direction", "1")).getContent());
      assertThat(refused.getCode()).isEqualTo(Status.Code.DATA_LOSS);
      assertThat(refused.getDescription()).contains(digest, "s3://models/" + prefix);
      assertThat(neo.stub.fetchArtifact(version("direction", "2")).getContent())
          .isEqualTo(Samples.neoDjl(2));
    }
  }
}
