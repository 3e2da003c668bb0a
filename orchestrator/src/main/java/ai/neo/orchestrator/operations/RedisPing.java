package ai.neo.orchestrator.operations;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;

/** Asks a Redis for a sign of life with the words of its own protocol, so that no client starts. */
final class RedisPing {
  private static final String CHECK = "redis";
  private static final int DEFAULT_PORT = 6379;
  private static final int TIMEOUT_MS = 5000;

  private RedisPing() {}

  static Finding of(URI url, String remedy) {
    String place = place(url);
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(url.getHost(), port(url)), TIMEOUT_MS);
      socket.setSoTimeout(TIMEOUT_MS);
      if (!url.getScheme().equals("rediss")) {
        return talk(socket, url, remedy);
      }
      try (Socket encrypted =
          ((SSLSocketFactory) SSLSocketFactory.getDefault())
              .createSocket(socket, url.getHost(), port(url), true)) {
        return talk(encrypted, url, remedy);
      }
    } catch (IOException e) {
      return Finding.fail(CHECK, place + " does not answer: " + e.getMessage(), remedy);
    }
  }

  private static int port(URI url) {
    return url.getPort() < 0 ? DEFAULT_PORT : url.getPort();
  }

  private static String place(URI url) {
    return url.getHost() + ":" + port(url);
  }

  private static Finding talk(Socket socket, URI url, String remedy) throws IOException {
    String place = place(url);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    if (url.getUserInfo() != null) {
      List<String> authenticate = new ArrayList<>(List.of("AUTH"));
      for (String part : url.getUserInfo().split(":", 2)) {
        if (!part.isEmpty()) {
          authenticate.add(part);
        }
      }
      String answer = ask(socket.getOutputStream(), in, authenticate);
      if (!answer.startsWith("+")) {
        return Finding.fail(CHECK, place + " refuses the password: " + answer, remedy);
      }
    }
    String answer = ask(socket.getOutputStream(), in, List.of("PING"));
    return answer.equals("+PONG")
        ? Finding.ok(CHECK, place + " answers")
        : Finding.fail(CHECK, place + " answers '" + answer + "', expected +PONG", remedy);
  }

  private static String ask(OutputStream out, BufferedReader in, List<String> words)
      throws IOException {
    StringBuilder request = new StringBuilder("*").append(words.size()).append("\r\n");
    for (String word : words) {
      int bytes = word.getBytes(StandardCharsets.UTF_8).length;
      request.append('$').append(bytes).append("\r\n").append(word).append("\r\n");
    }
    out.write(request.toString().getBytes(StandardCharsets.UTF_8));
    out.flush();
    String answer = in.readLine();
    if (answer == null) {
      throw new IOException("it hung up");
    }
    return answer;
  }
}
