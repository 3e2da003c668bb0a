package ai.neo.orchestrator.dashboard;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Serves the page and its one library from the class path; nothing else can be asked for. */
public final class PageRoutes {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private PageRoutes() {}

  /** Adds the page's routes. */
  public static void mount(Router router) {
    serve(router, "/", "/page/index.html", "text/html; charset=utf-8");
    serve(router, "/page/neo.css", "/page/neo.css", "text/css; charset=utf-8");
    serve(router, "/page/neo.js", "/page/neo.js", "text/javascript; charset=utf-8");
    serve(router, "/page/favicon.svg", "/page/favicon.svg", "image/svg+xml");
    serve(router, "/lib/echarts.js", echarts(), "text/javascript; charset=utf-8");
  }

  private static void serve(Router router, String path, String resource, String type) {
    Buffer body = Buffer.buffer(read(resource));
    router
        .get(path)
        .handler(
            (RoutingContext context) ->
                context
                    .response()
                    .putHeader("Content-Type", type)
                    .putHeader("Content-Security-Policy", POLICY)
                    .end(body));
  }

  /** The library's jar names its version in the path. */
  private static String echarts() {
    Properties maven = new Properties();
    try (InputStream in =
        PageRoutes.class.getResourceAsStream(
            "/META-INF/maven/org.mvnpm/echarts/pom.properties")) {
      maven.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "/META-INF/resources/_static/echarts/" + maven.getProperty("version")
        + "/dist/echarts.esm.min.js";
  }

  private static byte[] read(String resource) {
    try (InputStream in = PageRoutes.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the program has no " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
