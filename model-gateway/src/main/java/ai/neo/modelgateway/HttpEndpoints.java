package ai.neo.modelgateway;

import ai.neo.modelgateway.protocol.MetricsPage;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The HTTP port: {@code /metrics}, and the Open Inference Protocol under {@code /v2}. */
final class HttpEndpoints implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  private HttpEndpoints(HttpServer server) {
    this.server = server;
  }

  /**
   * @param protocol answers everything under {@code /v2}
   */
  static HttpEndpoints start(InetSocketAddress address, HttpHandler protocol, MetricsPage metrics)
      throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    HttpEndpoints endpoints = new HttpEndpoints(server);
    server.createContext("/metrics", exchange -> page(exchange, metrics));
    server.createContext("/v2", protocol);
    server.setExecutor(endpoints.executor);
    server.start();
    return endpoints;
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private static void page(HttpExchange exchange, MetricsPage metrics) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", MetricsPage.CONTENT_TYPE);
    byte[] body = metrics.text().getBytes(StandardCharsets.UTF_8);
    answer(exchange, 200, body);
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      String asked = exchange.getRequestURI().getPath();
      if (!asked.equals(exchange.getHttpContext().getPath())) {
        exchange.sendResponseHeaders(404, -1);
      } else if (exchange.getRequestMethod().equals("GET")) {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
      } else {
        exchange.sendResponseHeaders(405, -1);
      }
    }
  }
}
