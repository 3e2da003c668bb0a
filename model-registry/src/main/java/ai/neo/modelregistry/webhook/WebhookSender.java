package ai.neo.modelregistry.webhook;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts events. Each request has the headers {@code Neo-Event} (its id: the position in the
 * registry's stream, the same when it is repeated), {@code Neo-Timestamp} (seconds since 1970) and
 * {@code Neo-Signature}: {@code v1=} and the HMAC-SHA256, in hexadecimal, of id, a dot, timestamp,
 * a dot and the body, under the webhook's secret. Redirects are not followed. Safe for any thread.
 */
public final class WebhookSender implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String ALGORITHM = "HmacSHA256";

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(TIMEOUT)
          .build();

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
  public Result post(WebhookTarget target, String secret, String id, String body)
      throws InterruptedException {
    try {
      target.requireOutside();
      String timestamp = Long.toString(Instant.now().getEpochSecond());
      HttpRequest request =
          HttpRequest.newBuilder(target.uri())
              .timeout(TIMEOUT)
              .header("Content-Type", "application/json")
              .header("User-Agent", "neo-model-registry")
              .header("Neo-Event", id)
              .header("Neo-Timestamp", timestamp)
              .header("Neo-Signature", signature(secret, id + "." + timestamp + "." + body))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return new Result(
          status, status >= 200 && status < 300 ? "" : "it answered with status " + status);
    } catch (IOException e) {
      return new Result(0, String.valueOf(e.getMessage() == null ? e : e.getMessage()));
    }
  }

  /** The header's value for what is signed. */
  public static String signature(String secret, String signed) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return "v1=" + HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
