package ai.neo.orchestrator.dashboard;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Serves the page: {@code /}, {@code /page/*} and {@code /lib/*}. Every file is read when the
 * routes are mounted and found by its exact path in a map, so a request never reaches the disk and
 * no path, however it is written, leads anywhere else. Unknown paths get 404.
 *
 * <p>The policy allows scripts, styles and connections of this origin only; the one inline script
 * is the import map, allowed by its hash.
 */
public final class PageRoutes {

  private final Map<String, Asset> assets;
  private final Map<String, String> headers;

  private PageRoutes(PageFiles files) {
    this.assets = files.byPath();
    this.headers =
        Map.of(
            "Content-Security-Policy", policy(files.importMapHash()),
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");
  }

  /**
   * Reads the page from the class path and adds its routes.
   *
   * @param router the server's router; host and origin checks belong in front of this call
   * @throws java.io.UncheckedIOException if a packaged file is missing
   */
  public static void mount(Router router) {
    Objects.requireNonNull(router, "router");
    PageRoutes page = new PageRoutes(PageFiles.load());
    for (String path : List.of("/", "/page/*", "/lib/*")) {
      router.route(HttpMethod.GET, path).handler(page::send);
      router.route(HttpMethod.HEAD, path).handler(page::send);
    }
  }

  private static String policy(String importMapHash) {
    return String.join(
        "; ",
        "default-src 'none'",
        "script-src 'self' 'sha256-" + importMapHash + "'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'");
  }

  private void send(RoutingContext context) {
    HttpServerResponse response = context.response();
    headers.forEach(response::putHeader);
    Asset asset = assets.get(context.request().path());
    if (asset == null) {
      response
          .setStatusCode(404)
          .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
          .end("No such page. Neo's page is at /\n");
      return;
    }
    boolean gzip = acceptsGzip(context.request().getHeader(HttpHeaders.ACCEPT_ENCODING));
    String etag = '"' + asset.etag() + (gzip ? "-gzip" : "") + '"';
    response
        .putHeader(HttpHeaders.ETAG, etag)
        .putHeader(HttpHeaders.CACHE_CONTROL, asset.cacheControl())
        .putHeader(HttpHeaders.VARY, "Accept-Encoding");
    if (etag.equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      response.setStatusCode(304).end();
      return;
    }
    response.putHeader(HttpHeaders.CONTENT_TYPE, asset.contentType());
    if (gzip) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    var body = gzip ? asset.gzip() : asset.plain();
    if (context.request().method().equals(HttpMethod.HEAD)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length())).end();
    } else {
      response.end(body);
    }
  }

  /** Whether the client takes gzip; {@code gzip;q=0} says that it does not. */
  private static boolean acceptsGzip(String acceptEncoding) {
    if (acceptEncoding == null) {
      return false;
    }
    for (String offer : acceptEncoding.split(",", -1)) {
      String plain = offer.replace(" ", "");
      if (plain.equals("gzip") || (plain.startsWith("gzip;") && !plain.matches(".*q=0(\\.0*)?$"))) {
        return true;
      }
    }
    return false;
  }
}
