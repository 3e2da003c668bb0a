package ai.neo.systemtests.process;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/** A running Neo's HTTP and WebSocket API, as a script uses it. */
public final class Api {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final String base;
  private final Path tokenFile;

  Api(String base, Path tokenFile) {
    this.base = base;
    this.tokenFile = tokenFile;
  }

  /** What GET answers; anything but 200 is an error. */
  public JsonObject get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = send(request(path).GET());
    if (response.statusCode() != 200) {
      throw new IOException(path + " answers " + response.statusCode() + ": " + response.body());
    }
    return new JsonObject(response.body());
  }

  /** The newest items of a list. */
  public Stream<JsonObject> items(String path) throws IOException, InterruptedException {
    JsonArray items = get(path).getJsonArray("items");
    return items.stream().map(JsonObject.class::cast);
  }

  /** Gives an operator's command with the token of the data directory. */
  public int command(String command) throws IOException, InterruptedException {
    String body = new JsonObject().put("command", command).put("reason", "test").encode();
    return send(request("commands")
            .header("Authorization", "Bearer " + Files.readString(tokenFile).strip())
            .POST(HttpRequest.BodyPublishers.ofString(body)))
        .statusCode();
  }

  /** Messages of the stream, as they come. */
  public BlockingQueue<JsonObject> stream() throws IOException, InterruptedException {
    BlockingQueue<JsonObject> messages = new LinkedBlockingQueue<>();
    HttpClient client = HttpClient.newHttpClient();
    client
        .newWebSocketBuilder()
        .buildAsync(
            URI.create(base.replace("http://", "ws://") + "/stream"),
            new WebSocket.Listener() {
              private final StringBuilder text = new StringBuilder();

              @Override
              public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
                text.append(part);
                if (last) {
                  messages.add(new JsonObject(text.toString()));
                  text.setLength(0);
                }
                socket.request(1);
                return null;
              }
            })
        .join();
    return messages;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + "/" + path)).timeout(TIMEOUT);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
