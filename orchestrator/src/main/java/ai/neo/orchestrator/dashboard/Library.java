package ai.neo.orchestrator.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/**
 * A JavaScript package that Maven brought as a jar, and the few of its files that the page needs.
 * The version is read from the jar itself, so the parent pom stays the only place that names it.
 *
 * @param specifier the name that JavaScript imports, for example {@code lit-html}
 * @param groupId the jar's Maven group
 * @param artifactId the jar's Maven artifact
 * @param entry the file behind the bare specifier
 * @param files every file that may be served, the entry included
 */
record Library(
    String specifier, String groupId, String artifactId, String entry, List<String> files) {

  Library {
    Objects.requireNonNull(specifier, "specifier");
    Objects.requireNonNull(groupId, "groupId");
    Objects.requireNonNull(artifactId, "artifactId");
    files = List.copyOf(files);
    if (!files.contains(entry)) {
      throw new IllegalArgumentException(specifier + ": its entry " + entry + " is not served");
    }
  }

  /** All that the page imports, dependencies of dependencies included. */
  static List<Library> all() {
    return List.of(
        new Library(
            "lit", "org.mvnpm", "lit", "index.js", List.of("index.js", "directives/repeat.js")),
        new Library(
            "lit-element", "org.mvnpm", "lit-element", "lit-element.js", List.of("lit-element.js")),
        new Library(
            "lit-html",
            "org.mvnpm",
            "lit-html",
            "lit-html.js",
            List.of(
                "lit-html.js",
                "is-server.js",
                "directive.js",
                "directive-helpers.js",
                "directives/repeat.js")),
        new Library(
            "@lit/reactive-element",
            "org.mvnpm.at.lit",
            "reactive-element",
            "reactive-element.js",
            List.of("reactive-element.js", "css-tag.js")),
        new Library(
            "echarts",
            "org.mvnpm",
            "echarts",
            "dist/echarts.esm.min.mjs",
            List.of("dist/echarts.esm.min.mjs")));
  }

  /** The folder of this package below {@code /lib/}, version included, with a slash at its end. */
  String folder() {
    return specifier + "/" + version() + "/";
  }

  /** The bytes of one of {@link #files}. */
  byte[] read(String file) {
    return ClassPathFile.read(
        "META-INF/resources/_static/" + artifactId + "/" + version() + "/" + file);
  }

  private String version() {
    String path = "META-INF/maven/" + groupId + "/" + artifactId + "/pom.properties";
    Properties properties = new Properties();
    try (InputStream in = ClassPathFile.open(path)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + path + " on the class path", e);
    }
    return Objects.requireNonNull(properties.getProperty("version"), () -> "No version in " + path);
  }
}
