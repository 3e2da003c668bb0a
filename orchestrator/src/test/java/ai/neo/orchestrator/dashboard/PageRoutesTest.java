package ai.neo.orchestrator.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageRoutesTest {

  private static final Pattern IMPORT_MAP =
      Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);
  private static final Pattern PRELOAD = Pattern.compile("modulepreload\" href=\"([^\"]+)\"");
  private static final Pattern IMPORT =
      Pattern.compile("(?:from|import)\\s*\\(?['\"]([^'\"]+)['\"]");

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;

  @BeforeAll
  void serve() {
    Router router = Router.router(vertx);
    PageRoutes.mount(router);
    server = vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1").await();
  }

  @AfterAll
  void stop() {
    client.close();
    vertx.close().await();
  }

  @Test
  void theIndexIsStrictAboutWhatMayRun() throws Exception {
    HttpResponse<byte[]> index = get("/");

    assertThat(index.statusCode()).isEqualTo(200);
    assertThat(header(index, "content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(header(index, "x-content-type-options")).isEqualTo("nosniff");
    assertThat(header(index, "referrer-policy")).isEqualTo("no-referrer");
    assertThat(header(index, "content-security-policy"))
        .startsWith("default-src 'none'; ")
        .contains("frame-ancestors 'none'", "base-uri 'none'", "style-src 'self'")
        .doesNotContain("unsafe", "http:", "https:", "*");
  }

  @Test
  void theOnlyInlineScriptIsTheImportMapAndItsHashIsAllowed() throws Exception {
    HttpResponse<byte[]> index = get("/");
    String html = new String(index.body(), StandardCharsets.UTF_8);

    String map = importMap(html);

    assertThat(html.split("<script(?![^>]*src=)", -1)).hasSize(2);
    assertThat(header(index, "content-security-policy"))
        .contains(
            "script-src 'self' 'sha256-"
                + Digests.sha256Base64(map.getBytes(StandardCharsets.UTF_8))
                + "'");
  }

  @Test
  void everyModuleThatIsImportedIsServed() throws Exception {
    String html = new String(get("/").body(), StandardCharsets.UTF_8);
    JsonObject imports = new JsonObject(importMap(html)).getJsonObject("imports");
    List<String> modules = PRELOAD.matcher(html).results().map(found -> found.group(1)).toList();

    assertThat(modules).hasSizeGreaterThan(25);
    for (String module : modules) {
      HttpResponse<byte[]> response = get(module);
      assertThat(response.statusCode()).as(module).isEqualTo(200);
      assertThat(header(response, "content-type")).isEqualTo("text/javascript; charset=utf-8");
      if (module.contains("echarts")) {
        continue; // One self-contained file, whose texts look like imports to a pattern.
      }
      Matcher found = IMPORT.matcher(new String(response.body(), StandardCharsets.UTF_8));
      while (found.find()) {
        String target = resolved(module, found.group(1), imports);
        assertThat(get(target).statusCode()).as(module + " imports " + target).isEqualTo(200);
      }
    }
  }

  @Test
  void theListOfFilesIsTheFolder() throws IOException {
    try (Stream<Path> folder = Files.list(Path.of("src/main/resources/page"))) {
      assertThat(folder.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.equals("index.html"))
          .containsExactlyInAnyOrderElementsOf(PageFiles.OWN);
    }
  }

  @Test
  void aKnownVersionIsNotSentAgain() throws Exception {
    HttpResponse<byte[]> first = get("/page/store.js");
    HttpResponse<byte[]> second = get("/page/store.js", "If-None-Match", header(first, "etag"));

    assertThat(header(first, "cache-control")).isEqualTo("no-cache");
    assertThat(second.statusCode()).isEqualTo(304);
    assertThat(second.body()).isEmpty();
  }

  @Test
  void librariesMayBeKeptForEver() throws Exception {
    String html = new String(get("/").body(), StandardCharsets.UTF_8);
    String echarts = new JsonObject(importMap(html)).getJsonObject("imports").getString("echarts");

    assertThat(echarts).matches("/lib/echarts/\\d+\\.\\d+\\.\\d+/dist/echarts\\.esm\\.min\\.mjs");
    assertThat(header(get(echarts), "cache-control")).isEqualTo(Asset.FOR_EVER);
  }

  @Test
  void compressedAndPlainAreTheSameFile() throws Exception {
    HttpResponse<byte[]> plain = get("/page/store.js");
    HttpResponse<byte[]> packed = get("/page/store.js", "Accept-Encoding", "br, gzip");
    HttpResponse<byte[]> refused = get("/page/store.js", "Accept-Encoding", "gzip;q=0");

    assertThat(header(packed, "content-encoding")).isEqualTo("gzip");
    assertThat(header(packed, "etag")).isNotEqualTo(header(plain, "etag"));
    try (var in = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
      assertThat(in.readAllBytes()).isEqualTo(plain.body());
    }
    assertThat(refused.headers().firstValue("content-encoding")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page/",
        "/page/index.html",
        "/page/nothing.js",
        "/page/../META-INF/MANIFEST.MF",
        "/page/..%2f..%2fMETA-INF%2fMANIFEST.MF",
        "/page/%2e%2e/%2e%2e/etc/passwd",
        "/page/..\\..\\etc\\passwd",
        "/page//etc/passwd",
        "/lib/lit/package.json",
        "/lib/../page/../ai/neo/orchestrator/dashboard/PageRoutes.class",
        "/page/store.js%00.css",
        "/nowhere"
      })
  void nothingElseIsServed(String path) throws Exception {
    assertThat(rawStatus(path)).isIn("404", "400");
  }

  private static String importMap(String html) {
    Matcher found = IMPORT_MAP.matcher(html);
    assertThat(found.find()).as("the index has an import map").isTrue();
    return found.group(1);
  }

  private static String resolved(String module, String specifier, JsonObject imports) {
    if (specifier.startsWith(".")) {
      return URI.create(module).resolve(specifier).toString();
    }
    if (imports.containsKey(specifier)) {
      return imports.getString(specifier);
    }
    return imports.fieldNames().stream()
        .filter(name -> name.endsWith("/") && specifier.startsWith(name))
        .findFirst()
        .map(name -> imports.getString(name) + specifier.substring(name.length()))
        .orElseThrow(() -> new AssertionError(module + " imports the unknown " + specifier));
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort()).resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Sends the path exactly as written: HTTP clients would tidy it up first. */
  private String rawStatus(String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return answer.split(" ", 3)[1];
    }
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
