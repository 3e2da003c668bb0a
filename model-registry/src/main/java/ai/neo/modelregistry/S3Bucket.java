package ai.neo.modelregistry;

import ai.neo.proto.artifact.ArtifactFormat;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects under the SHA-256 of their bytes. Blocking, for any number of threads. An object is made
 * only where there is none, and the server is told the digest that it must arrive at; one that is
 * there already is compared before it counts. Every fault of the server is UNAVAILABLE, in the
 * words of {@link S3Faults}.
 */
final class S3Bucket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(S3Bucket.class);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  /** Between two bytes. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(20);

  /** More needs an upload in parts. */
  private static final long UPLOAD_MAX_BYTES = 5L << 30;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int CONFLICT = 409;
  private static final int EXISTS = 412;
  private static final int RANGE_BEHIND_END = 416;
  private static final int NOT_FOUND = 404;
  private static final int NOT_IMPLEMENTED = 501;

  private final ArtifactPlace.Bucket place;
  private final S3Client client;
  private final S3Faults faults;

  private S3Bucket(ArtifactPlace.Bucket place, S3Client client, S3Faults faults) {
    this.place = place;
    this.client = client;
    this.faults = faults;
  }

  /** Bytes to store, which may be read more than once. */
  record Upload(RequestBody body, long bytes) {
    static Upload of(ByteString content) {
      return new Upload(
          RequestBody.fromContentProvider(
              content::newInput, content.size(), "application/octet-stream"),
          content.size());
    }

    static Upload of(Path file) {
      try {
        return new Upload(RequestBody.fromFile(file), Files.size(file));
      } catch (IOException e) {
        throw RegistryException.away("The finished upload %s cannot be read".formatted(file), e);
      }
    }
  }

  /** Sets up a client; nothing is sent yet. */
  static S3Bucket connect(ArtifactPlace.Bucket place) {
    S3Faults faults = new S3Faults(place);
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(DefaultCredentialsProvider.builder().build())
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT_TIMEOUT)
                    .socketTimeout(READ_TIMEOUT))
            // Ours is SHA-256 on every object; other servers know no further ones.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    place.endpoint().ifPresent(uri -> builder.endpointOverride(uri).forcePathStyle(true));
    S3Regions.of(place).ifPresent(builder::region);
    try {
      return new S3Bucket(place, builder.build(), faults);
    } catch (SdkException e) {
      throw faults.of("be opened", e);
    }
  }

  /**
   * Asks for one name, so that a wrong setting shows now and not at the first push.
   *
   * @return what is wrong, when the server does not answer and may do so later
   * @throws RegistryException for what waiting does not mend
   */
  Optional<RegistryException> look() {
    try {
      client.listObjectsV2(b -> b.bucket(place.bucket()).prefix(place.prefix()).maxKeys(1));
      return Optional.empty();
    } catch (SdkException e) {
      RegistryException fault = faults.of("be listed", e);
      if (S3Faults.mayPass(e)) {
        return Optional.of(fault);
      }
      throw fault;
    }
  }

  /** Stores the bytes, unless they are there; replaces others that are there instead. */
  void put(String digest, Upload upload) {
    if (upload.bytes() > UPLOAD_MAX_BYTES) {
      throw RegistryException.invalid(
          "A file of %d bytes; at most %d can be stored in a bucket"
              .formatted(upload.bytes(), UPLOAD_MAX_BYTES));
    }
    try {
      State found = state(digest, upload.bytes());
      boolean stored = found == State.INTACT || (found == State.ABSENT && create(digest, upload));
      if (stored) {
        return;
      }
      // Somebody was first, or what is there is not what its name says.
      if (found == State.ABSENT && state(digest, upload.bytes()) == State.INTACT) {
        return;
      }
      LOG.warn("damaged object replaced by the bytes pushed again: digest={}", digest);
      client.putObject(request(digest).build(), upload.body());
    } catch (SdkException e) {
      throw faults.of("take an artifact", e);
    }
  }

  private enum State {
    ABSENT,
    INTACT,
    DAMAGED
  }

  /** Reads the object only where the server does not know its SHA-256. */
  private State state(String digest, long bytes) {
    HeadObjectResponse head;
    try {
      head =
          client.headObject(
              b -> b.bucket(place.bucket()).key(key(digest)).checksumMode(ChecksumMode.ENABLED));
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        // Of the object or of its bucket: a HEAD does not say, and what follows does.
        return State.ABSENT;
      }
      throw e;
    }
    if (head.contentLength() != bytes) {
      return State.DAMAGED;
    }
    if (base64(digest).equals(head.checksumSHA256())) {
      return State.INTACT;
    }
    return digestThere(digest).equals(digest) ? State.INTACT : State.DAMAGED;
  }

  private String digestThere(String digest) {
    MessageDigest sum = Sha256.digest();
    try (InputStream in = client.getObject(b -> b.bucket(place.bucket()).key(key(digest)));
        OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sum)) {
      in.transferTo(out);
    } catch (IOException e) {
      throw faults.cut(digest, e);
    }
    return HexFormat.of().formatHex(sum.digest());
  }

  /** False when there is an object by now. */
  private boolean create(String digest, Upload upload) {
    try {
      client.putObject(request(digest).ifNoneMatch("*").build(), upload.body());
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == EXISTS || e.statusCode() == CONFLICT) {
        return false;
      }
      if (e.statusCode() != NOT_IMPLEMENTED) {
        throw e;
      }
      // A server without conditions: whoever writes there writes the same bytes.
      client.putObject(request(digest).build(), upload.body());
      return true;
    }
  }

  private PutObjectRequest.Builder request(String digest) {
    return PutObjectRequest.builder()
        .bucket(place.bucket())
        .key(key(digest))
        .contentType("application/octet-stream")
        .checksumSHA256(base64(digest)); // refused by the server when something else arrives
  }

  /**
   * Reads an object into a file.
   *
   * @throws RegistryException DATA_LOSS when it is not there or is not what its name says
   */
  void fetch(String digest, Path into) {
    MessageDigest sum = Sha256.digest();
    try (ResponseInputStream<GetObjectResponse> in = open(digest);
        OutputStream out = new DigestOutputStream(Files.newOutputStream(into), sum)) {
      Long announced = in.response().contentLength();
      long received = copy(in, out, digest);
      if (announced != null && announced != received) {
        throw faults.cut(digest, new IOException(received + " bytes of " + announced));
      }
    } catch (IOException e) {
      throw RegistryException.away(
          "An artifact from %s cannot be written to %s: %s. Check free space and permissions"
              .formatted(place.shown(), into, e.getMessage()),
          e);
    } catch (SdkException e) {
      throw faults.of("give an artifact", e);
    }
    String found = HexFormat.of().formatHex(sum.digest());
    if (!found.equals(digest)) {
      throw ArtifactStore.lost("in " + place.shown(), digest, "sha256 " + found, null);
    }
  }

  private long copy(InputStream in, OutputStream out, String digest) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long bytes = 0;
    while (true) {
      int read;
      try {
        read = in.read(buffer);
      } catch (IOException e) {
        throw faults.cut(digest, e);
      }
      if (read < 0) {
        return bytes;
      }
      out.write(buffer, 0, read);
      bytes += read;
    }
  }

  private ResponseInputStream<GetObjectResponse> open(String digest) {
    try {
      return client.getObject(b -> b.bucket(place.bucket()).key(key(digest)));
    } catch (S3Exception e) {
      if (S3Faults.isAbsent(e)) {
        throw ArtifactStore.lost("in " + place.shown(), digest, "no object", e);
      }
      throw e;
    }
  }

  /** The first bytes, unchecked. */
  ByteString start(String digest, int bytes) {
    try (InputStream in =
        client.getObject(
            b ->
                b.bucket(place.bucket())
                    .key(key(digest))
                    .range("bytes=0-" + (Math.min(bytes, ArtifactFormat.SIZE_MAX_BYTES) - 1)))) {
      return ByteString.copyFrom(in.readNBytes(bytes));
    } catch (S3Exception e) {
      if (e.statusCode() == RANGE_BEHIND_END) {
        return ByteString.EMPTY;
      }
      if (S3Faults.isAbsent(e)) {
        throw ArtifactStore.lost("in " + place.shown(), digest, "no object", e);
      }
      throw faults.of("give an artifact", e);
    } catch (SdkException e) {
      throw faults.of("give an artifact", e);
    } catch (IOException e) {
      throw faults.cut(digest, e);
    }
  }

  private String key(String digest) {
    return place.prefix()
        + "sha256/"
        + ArtifactStore.checked(digest).substring(0, 2)
        + "/"
        + digest;
  }

  private static String base64(String digest) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(digest));
  }

  @Override
  public void close() {
    client.close();
  }
}
