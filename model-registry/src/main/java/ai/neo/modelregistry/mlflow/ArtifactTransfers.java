package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.ArtifactStore;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files in and out, of any size and never whole in memory. A file appears under its path when all
 * of it is here; an upload that is cut off leaves nothing.
 */
final class ArtifactTransfers {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  private final Vertx vertx;
  private final ArtifactStore artifacts;
  private final ArtifactFiles files;

  ArtifactTransfers(Vertx vertx, ArtifactStore artifacts, ArtifactFiles files) {
    this.vertx = vertx;
    this.artifacts = artifacts;
    this.files = files;
  }

  /**
   * Takes the body in. Call it on the request's thread.
   *
   * @param later runs blocking work and then, on the request's thread, what that returned
   */
  void receive(HttpServerRequest request, String path, Consumer<Supplier<Runnable>> later) {
    ArtifactFiles.requireWritable(path);
    request.pause();
    later.accept(
        () -> {
          files.requireNoClash(path);
          Path part = artifacts.begin();
          return () -> open(request, new Upload(path, part, sha256(), request), later);
        });
  }

  private void open(HttpServerRequest request, Upload upload, Consumer<Supplier<Runnable>> later) {
    vertx
        .fileSystem()
        .open(upload.part.toString(), new OpenOptions().setRead(false).setTruncateExisting(true))
        .onSuccess(file -> upload.take(request, file, later))
        .onFailure(e -> later.accept(() -> upload.failed("cannot be written: " + e.getMessage())));
  }

  /** One file on its way in. All of it happens on the request's thread, but for the end. */
  private final class Upload {
    private final String path;
    private final Path part;
    private final MessageDigest digest;
    private final String announced;
    private long received;
    private boolean over;

    /**
     * Why the file lacks bytes that were received; empty as long as none is known to be missing.
     */
    private String fault = "";

    Upload(String path, Path part, MessageDigest digest, HttpServerRequest request) {
      this.path = path;
      this.part = part;
      this.digest = digest;
      this.announced = request.getHeader("Content-Length");
    }

    void take(HttpServerRequest request, AsyncFile file, Consumer<Supplier<Runnable>> later) {
      request.handler(
          bytes -> {
            if (over) {
              return; // the file is closed; what still comes is for nobody
            }
            digest.update(bytes.getBytes());
            received += bytes.length();
            file.write(bytes)
                .onFailure(
                    e -> {
                      fault = Objects.requireNonNullElseGet(e.getMessage(), e::toString);
                      abandon(file, later, fault);
                    });
            if (file.writeQueueFull()) {
              request.pause();
              file.drainHandler(x -> request.resume());
            }
          });
      request.exceptionHandler(e -> abandon(file, later, "the connection was cut"));
      request.endHandler(x -> finish(request, file, later));
      request.resume();
    }

    private void abandon(AsyncFile file, Consumer<Supplier<Runnable>> later, String why) {
      if (!over) {
        over = true;
        file.close().onComplete(x -> later.accept(() -> failed(why)));
      }
    }

    private void finish(
        HttpServerRequest request, AsyncFile file, Consumer<Supplier<Runnable>> later) {
      if (announced != null && !announced.equals(Long.toString(received))) {
        abandon(file, later, "it has %d bytes of %s".formatted(received, announced));
        return;
      }
      if (over) {
        return;
      }
      over = true;
      // Writes may be under way, and closing waits for them but says nothing of how they ended.
      file.close()
          .onFailure(e -> later.accept(() -> failed(e.getMessage())))
          .onSuccess(
              x -> later.accept(fault.isEmpty() ? () -> kept(request) : () -> failed(fault)));
    }

    private Runnable kept(HttpServerRequest request) {
      String hash = HexFormat.of().formatHex(digest.digest());
      try {
        artifacts.keep(part, hash);
      } finally {
        artifacts.discard(part);
      }
      files.put(new ArtifactFiles.StoredFile(path, hash, received));
      return () -> request.response().putHeader("Content-Type", "application/json").end("{}");
    }

    private Runnable failed(String why) {
      artifacts.discard(part);
      throw new MlflowException(
          ErrorCode.TEMPORARILY_UNAVAILABLE, "The upload of '%s' failed: %s".formatted(path, why));
    }
  }

  /** Finds a file and checks its bytes. Blocks. */
  Download find(String path) {
    if (path.isEmpty()) {
      throw MlflowException.invalid("Invalid path: it names no file");
    }
    ArtifactFiles.StoredFile file = files.get(path);
    return new Download(file, artifacts.file(file.digest()));
  }

  /** A file on its way out. */
  record Download(ArtifactFiles.StoredFile file, Path bytes) {
    /** Call it on the request's thread. */
    void send(HttpServerRequest request) {
      HttpServerResponse response =
          request
              .response()
              .putHeader("Content-Type", "application/octet-stream")
              .putHeader("Content-Disposition", disposition(file.name()))
              .putHeader("Accept-Ranges", "bytes")
              .putHeader("ETag", '"' + file.digest() + '"');
      long from = 0;
      long length = file.sizeBytes();
      String range = request.getHeader("Range");
      Matcher wanted = RANGE.matcher(range == null ? "" : range);
      if (wanted.matches() && !(wanted.group(1).isEmpty() && wanted.group(2).isEmpty())) {
        long last = length - 1;
        if (wanted.group(1).isEmpty()) {
          from = Math.max(0, length - Long.parseLong(wanted.group(2)));
        } else {
          from = Long.parseLong(wanted.group(1));
          last = wanted.group(2).isEmpty() ? last : Math.min(last, Long.parseLong(wanted.group(2)));
        }
        if (from > last) {
          response.setStatusCode(416).putHeader("Content-Range", "bytes */" + length).end();
          return;
        }
        response
            .setStatusCode(206)
            .putHeader("Content-Range", "bytes %d-%d/%d".formatted(from, last, length));
        length = last - from + 1;
      }
      response.putHeader("Content-Length", Long.toString(length));
      if (request.method().equals(HttpMethod.HEAD) || length == 0) {
        response.end();
      } else {
        response.sendFile(bytes.toString(), from, length);
      }
    }
  }

  private static String disposition(String name) {
    boolean isPlain =
        name.chars().allMatch(c -> c > ' ' && c < 127 && c != '"' && c != '\\' && c != ';');
    if (isPlain) {
      return "attachment; filename=" + name;
    }
    StringBuilder encoded = new StringBuilder("attachment; filename*=UTF-8''");
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      boolean isSafe = b > 0 && (Character.isLetterOrDigit(b) || b == '-' || b == '.' || b == '_');
      encoded.append(isSafe ? String.valueOf((char) b) : "%%%02X".formatted(b));
    }
    return encoded.toString();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
