package ai.neo.modelregistry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.http.HttpClientOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** To which machine a post goes. */
class WebhookSenderTest {
  private static final WebhookSender.Message MESSAGE =
      new WebhookSender.Message(WebhookSender.Dialect.NEO, "secret", "7", "{}");

  private final BlockingQueue<String> hosts = new LinkedBlockingQueue<>();
  private final AtomicInteger lookups = new AtomicInteger();
  private HttpServer receiver;

  /** On an address that no name of this machine leads to. */
  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(address(127, 0, 0, 2), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          hosts.add(exchange.getRequestHeaders().getFirst("Host"));
          boolean moved = exchange.getRequestURI().getPath().equals("/moved");
          if (moved) {
            exchange.getResponseHeaders().add("Location", "/");
          }
          exchange.sendResponseHeaders(moved ? 302 : 204, -1);
          exchange.close();
        });
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private int port() {
    return receiver.getAddress().getPort();
  }

  private static InetAddress address(int... bytes) throws UnknownHostException {
    byte[] four = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      four[i] = (byte) bytes[i];
    }
    return InetAddress.getByAddress(four);
  }

  private WebhookSender sender(InetAddress... inTurn) {
    return new WebhookSender(
        host -> new InetAddress[] {inTurn[lookups.getAndIncrement() % inTurn.length]},
        new HttpClientOptions());
  }

  private WebhookTarget target(String host, String path) {
    String place = host + ":" + port();
    return WebhookTarget.of("http://" + place + path, Set.of(place));
  }

  @Test
  void theAddressThatWasCheckedIsTheOneConnectedToUnderTheNameThatWasMeant() throws Exception {
    try (WebhookSender sender = sender(address(127, 0, 0, 2), address(127, 0, 0, 1))) {
      WebhookSender.Result result = sender.post(target("localhost", "/a?b=c"), MESSAGE);
      assertThat(result).isEqualTo(new WebhookSender.Result(204, ""));
    }
    assertThat(hosts.poll()).isEqualTo("localhost:" + port());
    assertThat(lookups).as("one look-up for check and connection").hasValue(1);
  }

  @Test
  void aNameThatComesToMeanThisMachineIsRefusedWhateverItMeantBefore() throws Exception {
    try (WebhookSender sender = sender(address(127, 0, 0, 2))) {
      assertThat(sender.post(target("hook.example", "/"), MESSAGE).error()).contains("inside");
    }
    assertThat(hosts).isEmpty();
  }

  @Test
  void oneAddressInsideAmongSeveralIsEnoughToRefuse() throws Exception {
    WebhookSender.Result result;
    try (WebhookSender sender =
        new WebhookSender(
            host -> new InetAddress[] {address(192, 0, 2, 1), address(10, 0, 0, 1)},
            new HttpClientOptions())) {
      result = sender.post(target("hook.example", "/"), MESSAGE);
    }
    assertThat(result.error()).contains("10.0.0.1");
  }

  @Test
  void aRedirectIsNoDelivery() throws Exception {
    try (WebhookSender sender = sender(address(127, 0, 0, 2))) {
      assertThat(sender.post(target("localhost", "/moved"), MESSAGE))
          .isEqualTo(new WebhookSender.Result(302, "it answered with status 302"));
    }
    assertThat(hosts).hasSize(1);
  }
}
