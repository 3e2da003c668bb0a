package ai.neo.modelgateway.rest;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;

/** Moves bodies over HTTP: bounded, and packed where the caller packs or asks for it. */
final class Transfer {

  /** As over gRPC; also what a packed body may unpack to. */
  static final int BODY_MAX_BYTES = 64 << 20;

  /** Packing less than this costs more than it saves. */
  private static final int PACKED_MIN_BYTES = 512;

  private Transfer() {}

  static byte[] body(HttpExchange exchange) throws IOException, HttpRefusal {
    var headers = exchange.getRequestHeaders();
    String length = headers.getFirst("Content-Length");
    if (length != null && (length.length() > 9 || Long.parseLong(length) > BODY_MAX_BYTES)) {
      throw tooLarge();
    }
    String encoding = headers.getFirst("Content-Encoding");
    try (InputStream in = unpacked(exchange.getRequestBody(), encoding)) {
      byte[] body = in.readNBytes(BODY_MAX_BYTES + 1);
      if (body.length > BODY_MAX_BYTES) {
        throw tooLarge();
      }
      return body;
    } catch (java.util.zip.ZipException | java.io.EOFException e) {
      throw HttpRefusal.badRequest("the body is not what Content-Encoding says: " + e.getMessage());
    }
  }

  private static InputStream unpacked(InputStream in, String encoding)
      throws IOException, HttpRefusal {
    return switch (encoding == null ? "identity" : encoding.toLowerCase(Locale.ROOT)) {
      case "identity", "" -> in;
      case "gzip" -> new GZIPInputStream(in);
      case "deflate" -> new InflaterInputStream(in);
      default ->
          throw new HttpRefusal(415, "Content-Encoding must be gzip or deflate: " + encoding);
    };
  }

  private static HttpRefusal tooLarge() {
    return new HttpRefusal(413, "the body may have " + BODY_MAX_BYTES + " bytes, unpacked too");
  }

  static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    byte[] sent = body;
    String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
    if (accepted != null && body.length >= PACKED_MIN_BYTES) {
      if (accepted.contains("gzip")) {
        sent = packed(exchange, "gzip", body);
      } else if (accepted.contains("deflate")) {
        sent = packed(exchange, "deflate", body);
      }
    }
    exchange.sendResponseHeaders(status, sent.length == 0 ? -1 : sent.length);
    // Closed here, since closing the exchange first waits for what the caller may still send.
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(sent);
    }
  }

  private static byte[] packed(HttpExchange exchange, String encoding, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Encoding", encoding);
    ByteArrayOutputStream packed = new ByteArrayOutputStream(body.length / 2);
    try (OutputStream out =
        encoding.equals("gzip") ? new GZIPOutputStream(packed) : new DeflaterOutputStream(packed)) {
      out.write(body);
    }
    return packed.toByteArray();
  }
}
