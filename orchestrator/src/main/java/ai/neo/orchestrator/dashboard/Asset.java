package ai.neo.orchestrator.dashboard;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * One file of the page, held in memory ready to send. Immutable; any thread may read it.
 *
 * @param contentType the value of {@code Content-Type}
 * @param cacheControl the value of {@code Cache-Control}
 * @param etag identifies the bytes, without quotes
 * @param plain the bytes as they are
 * @param gzip the same bytes, compressed
 */
record Asset(String contentType, String cacheControl, String etag, Buffer plain, Buffer gzip) {

  /** The URL names the version, so the bytes behind it never change. */
  static final String FOR_EVER = "public, max-age=31536000, immutable";

  /** Kept by the browser, but asked about each time: a new Neo shows its new page at once. */
  static final String REVALIDATED = "no-cache";

  Asset {
    Objects.requireNonNull(contentType, "contentType");
    Objects.requireNonNull(cacheControl, "cacheControl");
    Objects.requireNonNull(etag, "etag");
    Objects.requireNonNull(plain, "plain");
    Objects.requireNonNull(gzip, "gzip");
  }

  static Asset of(String name, byte[] content, String cacheControl) {
    String etag = Digests.sha256Hex(content).substring(0, 16);
    return new Asset(
        contentType(name),
        cacheControl,
        etag,
        Buffer.buffer(content),
        Buffer.buffer(compressed(content)));
  }

  private static String contentType(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return switch (extension) {
      case "html" -> "text/html; charset=utf-8";
      case "js", "mjs" -> "text/javascript; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> throw new IllegalArgumentException("No content type is known for " + name);
    };
  }

  private static byte[] compressed(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length / 2);
    try (BestGzip out = new BestGzip(bytes)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException("Compressing in memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** Compressed once and sent often, hence the slowest and smallest level. */
  private static final class BestGzip extends GZIPOutputStream {
    BestGzip(ByteArrayOutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}
