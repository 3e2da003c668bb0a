package ai.neo.modelregistry.webhook;

import ai.neo.modelregistry.network.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts events. A host is looked up once for each post, and the connection goes to the address that
 * was checked: a name that means another machine a moment later leads nowhere else. Redirects are
 * not followed, proxies are not used, and of an answer only its status is read. Safe for any
 * thread.
 */
public final class WebhookSender implements AutoCloseable {
  private static final int TIMEOUT_MS = 5_000;
  private static final String ALGORITHM = "HmacSHA256";

  private final WebhookTarget.Names names;
  private final HttpClientOptions options;
  private Vertx vertx;
  private HttpClient client;
  private boolean closed;

  /** With the names that this machine knows. */
  public WebhookSender() {
    this(InetAddress::getAllByName, new HttpClientOptions());
  }

  WebhookSender(WebhookTarget.Names names, HttpClientOptions options) {
    this.names = names;
    this.options = options.setKeepAlive(false).setConnectTimeout(TIMEOUT_MS);
  }

  /** In whose words an event is told. */
  public enum Dialect {
    /**
     * {@code Neo-Event} (its id: the position in the registry's stream, the same when it is
     * repeated), {@code Neo-Timestamp} (seconds since 1970) and {@code Neo-Signature}.
     */
    NEO,
    /** The same in MLflow's headers, {@code X-MLflow-…}. */
    MLFLOW
  }

  /**
   * What is posted.
   *
   * @param secret signs it; "" for no signature
   * @param id of the event
   * @param body JSON
   */
  public record Message(Dialect dialect, String secret, String id, String body) {
    Map<String, String> headers(String timestamp) {
      Map<String, String> headers = new LinkedHashMap<>();
      String signed = id + "." + timestamp + "." + body;
      switch (dialect) {
        case NEO -> {
          headers.put("Neo-Event", id);
          headers.put("Neo-Timestamp", timestamp);
          headers.put("Neo-Signature", signature(secret, signed));
        }
        case MLFLOW -> {
          headers.put("X-MLflow-Delivery-Id", id);
          headers.put("X-MLflow-Timestamp", timestamp);
          if (!secret.isEmpty()) {
            headers.put("X-MLflow-Signature", mlflowSignature(secret, signed));
          }
        }
      }
      return headers;
    }
  }

  /**
   * What came of one attempt.
   *
   * @param status of HTTP; 0 when nothing answered
   * @param error empty when it was delivered
   */
  public record Result(int status, String error) {
    public boolean delivered() {
      return error.isEmpty();
    }
  }

  /** Posts a body and waits for the answer; any status from 200 to 299 takes the event. */
  public Result post(WebhookTarget target, Message message) throws InterruptedException {
    InetAddress address;
    try {
      address = target.address(names);
    } catch (UnknownHostException e) {
      return new Result(0, String.valueOf(e.getMessage()));
    }
    RequestOptions request =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setServer(SocketAddress.inetSocketAddress(target.port(), address.getHostAddress()))
            .setHost(target.host()) // for the header, and for the name in a certificate
            .setPort(target.port())
            .setSsl(target.isHttps())
            .setURI(target.path())
            .setFollowRedirects(false)
            .putHeader("Content-Type", "application/json")
            .putHeader("User-Agent", "neo-model-registry");
    message.headers(Long.toString(Instant.now().getEpochSecond())).forEach(request::putHeader);
    try {
      return awaited(status(request, message.body()));
    } catch (IllegalStateException e) { // also Vert.x's, of a client that was just closed
      return new Result(0, "the registry is closing");
    }
  }

  private Future<Integer> status(RequestOptions request, String body) {
    return client()
        .request(request)
        .compose(open -> open.send(Buffer.buffer(body)))
        .map(
            answer -> {
              answer.request().connection().close(); // however long the answer's body is
              return answer.statusCode();
            });
  }

  private static Result awaited(Future<Integer> future) throws InterruptedException {
    try {
      int status =
          future.toCompletionStage().toCompletableFuture().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
      return new Result(
          status, status >= 200 && status < 300 ? "" : "it answered with status " + status);
    } catch (ExecutionException e) {
      return new Result(0, words(e.getCause()));
    } catch (TimeoutException e) {
      return new Result(0, "no answer within " + TIMEOUT_MS + " ms");
    }
  }

  /** With what is at the root of it: that TLS failed says nothing without why. */
  private static String words(Throwable failure) {
    String said = failure.getMessage();
    String words = said == null || said.isEmpty() ? failure.toString() : said;
    Throwable root = failure.getCause();
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    return root == null ? words : words + ": " + root.getMessage();
  }

  /** Made when it is first needed: most registries have no webhook. */
  private synchronized HttpClient client() {
    if (closed) {
      throw new IllegalStateException("the sender of webhooks is closed");
    }
    if (client == null) {
      vertx = EventLoop.start();
      client = vertx.createHttpClient(options);
    }
    return client;
  }

  /** The header {@code Neo-Signature} for what is signed. */
  public static String signature(String secret, String signed) {
    return "v1=" + HexFormat.of().formatHex(hmac(secret, signed));
  }

  private static String mlflowSignature(String secret, String signed) {
    return "v1," + Base64.getEncoder().encodeToString(hmac(secret, signed));
  }

  private static byte[] hmac(String secret, String signed) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", e);
    }
  }

  /** Ends what is under way. */
  @Override
  public synchronized void close() {
    closed = true;
    if (vertx != null) {
      vertx.close(); // nothing waits for it: its threads are daemons of one loop
      vertx = null;
    }
  }
}
