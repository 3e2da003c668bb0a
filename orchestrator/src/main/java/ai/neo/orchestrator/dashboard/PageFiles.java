package ai.neo.orchestrator.dashboard;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every file of the page, by the path that a browser asks for. The import map that tells the
 * browser where {@code import "lit"} leads is made here, from the libraries' versions, and written
 * into the index with links that fetch all modules at once.
 *
 * @param byPath path, with its leading slash, to file
 * @param importMapHash Base64 of the SHA-256 of the inline import map, for the policy
 */
record PageFiles(Map<String, Asset> byPath, String importMapHash) {

  /** The files of {@code /page/}, besides the index. A test holds this list to the folder. */
  static final List<String> OWN =
      List.of(
          "app.css",
          "icon.svg",
          "neo-alerts.js",
          "neo-app.js",
          "neo-candles.js",
          "neo-commands.js",
          "neo-decisions.js",
          "neo-equity.js",
          "neo-header.js",
          "neo-health.js",
          "neo-loop.js",
          "neo-models.js",
          "neo-positions.js",
          "charts.js",
          "decimals.js",
          "icons.js",
          "store.js",
          "stream.js",
          "styles.js",
          "theme.js",
          "times.js",
          "watch.js");

  private static final String IMPORT_MAP = "<!-- import map -->";

  PageFiles {
    byPath = Map.copyOf(byPath);
  }

  static PageFiles load() {
    Map<String, Asset> byPath = new HashMap<>();
    JsonObject imports = new JsonObject();
    StringBuilder preloads = new StringBuilder();
    for (Library library : Library.all()) {
      String folder = "/lib/" + library.folder();
      imports.put(library.specifier(), folder + library.entry());
      imports.put(library.specifier() + "/", folder);
      for (String file : library.files()) {
        byPath.put(folder + file, Asset.of(file, library.read(file), Asset.FOR_EVER));
        preloads.append(preload(folder + file));
      }
    }
    for (String file : OWN) {
      byPath.put("/page/" + file, Asset.of(file, own(file), Asset.REVALIDATED));
      if (file.endsWith(".js") && !file.equals("theme.js")) {
        preloads.append(preload("/page/" + file));
      }
    }
    String importMap = new JsonObject().put("imports", imports).encode();
    byPath.put("/", index(importMap, preloads));
    return new PageFiles(byPath, Digests.sha256Base64(importMap.getBytes(StandardCharsets.UTF_8)));
  }

  private static Asset index(String importMap, CharSequence preloads) {
    String template = new String(own("index.html"), StandardCharsets.UTF_8);
    if (!template.contains(IMPORT_MAP)) {
      throw new IllegalStateException("index.html has no place for the import map");
    }
    String html =
        template.replace(
            IMPORT_MAP, "<script type=\"importmap\">" + importMap + "</script>\n" + preloads);
    return Asset.of("index.html", html.getBytes(StandardCharsets.UTF_8), Asset.REVALIDATED);
  }

  private static String preload(String path) {
    return "<link rel=\"modulepreload\" href=\"" + path + "\">\n";
  }

  private static byte[] own(String file) {
    return ClassPathFile.read("page/" + file);
  }
}
