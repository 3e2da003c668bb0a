package ai.neo.modelregistry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PfxOptions;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is believed to be the machine that a post was meant for. */
class WebhookTlsTest {
  private static final String STORE_PASSWORD = "of-this-test";
  private static final WebhookSender.Message MESSAGE =
      new WebhookSender.Message(WebhookSender.Dialect.NEO, "secret", "7", "{}");

  @TempDir Path folder;
  private final AtomicInteger posts = new AtomicInteger();
  private HttpsServer receiver;

  @AfterEach
  void stop() {
    if (receiver != null) {
      receiver.stop(0);
    }
  }

  /** A key and a certificate for one name, signed by itself. */
  private Path certificate(String name) throws Exception {
    Path store = folder.resolve("store.p12");
    Path log = folder.resolve("keytool.log");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=webhook",
                "-ext",
                "san=dns:" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                STORE_PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).as("keytool ended").isTrue();
    assertThat(keytool.exitValue()).as(Files.readString(log)).isZero();
    return store;
  }

  /** On an address that the name alone, without the sender's look-up, does not lead to. */
  private void serve(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream stream = Files.newInputStream(store)) {
      keys.load(stream, STORE_PASSWORD.toCharArray());
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, STORE_PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    receiver = HttpsServer.create(new InetSocketAddress(address(), 0), 0);
    receiver.setHttpsConfigurator(new HttpsConfigurator(context));
    receiver.createContext(
        "/",
        exchange -> {
          posts.incrementAndGet();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
  }

  private static InetAddress address() throws Exception {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
  }

  private WebhookSender.Result post(HttpClientOptions options) throws Exception {
    InetAddress address = address();
    String place = "localhost:" + receiver.getAddress().getPort();
    try (WebhookSender sender = new WebhookSender(host -> new InetAddress[] {address}, options)) {
      return sender.post(WebhookTarget.of("https://" + place + "/", Set.of(place)), MESSAGE);
    }
  }

  private static HttpClientOptions trusting(Path store) {
    return new HttpClientOptions()
        .setTrustOptions(new PfxOptions().setPath(store.toString()).setPassword(STORE_PASSWORD));
  }

  @Test
  void aCertificateForTheNameIsBelievedAtTheAddressThatWasChecked() throws Exception {
    Path store = certificate("localhost");
    serve(store);
    assertThat(post(trusting(store))).isEqualTo(new WebhookSender.Result(204, ""));
    assertThat(posts).hasValue(1);
  }

  @Test
  void aCertificateForAnotherNameIsNot() throws Exception {
    Path store = certificate("elsewhere.example");
    serve(store);
    WebhookSender.Result result = post(trusting(store));
    assertThat(result.delivered()).isFalse();
    assertThat(result.error()).contains("localhost");
    assertThat(posts).hasValue(0);
  }

  @Test
  void oneThatNobodyVouchesForIsNot() throws Exception {
    serve(certificate("localhost"));
    WebhookSender.Result result = post(new HttpClientOptions());
    assertThat(result.delivered()).isFalse();
    assertThat(posts).hasValue(0);
  }
}
