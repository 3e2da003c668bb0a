package ai.neo.featurestore;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which features a model sees, in which order, and how each is computed. Immutable.
 *
 * <p>Two definitions that mean the same have the same {@link #id()}, however their YAML is written;
 * any change of name, version, order, kind or setting gives another id. It travels with models and
 * predictions, so that a model never meets features that it was not trained on.
 */
public final class FeatureSetDefinition {
  /** The definition that Neo uses unless told otherwise; see {@link #bundled}. */
  public static final String DEFAULT = "default-1";

  private static final int FEATURES_MAX = 1024;

  private final String name;
  private final int version;
  private final List<FeatureDefinition> features;
  private final List<String> names;
  private final String id;

  /**
   * @throws IllegalArgumentException if the name is malformed, the version not positive, or there
   *     is no feature, one too many, or one name twice
   */
  public FeatureSetDefinition(String name, int version, List<FeatureDefinition> features) {
    FeatureDefinition.checkName(name, "feature set name");
    if (version < 1) {
      throw new IllegalArgumentException("version=" + version + ", expected 1 or more");
    }
    if (features.isEmpty() || features.size() > FEATURES_MAX) {
      throw new IllegalArgumentException(
          "features=" + features.size() + ", expected 1 to " + FEATURES_MAX);
    }
    Set<String> seen = new LinkedHashSet<>();
    for (FeatureDefinition feature : features) {
      if (!seen.add(feature.name())) {
        throw new IllegalArgumentException("feature=" + feature.name() + " is defined twice");
      }
    }
    this.name = name;
    this.version = version;
    this.features = List.copyOf(features);
    this.names = List.copyOf(seen);
    this.id = digest(canonical()).substring(0, 16);
  }

  /**
   * Reads a definition from YAML: {@code name}, {@code version}, and {@code features}, each with
   * {@code name}, {@code kind} and, where defaults do not do, {@code params}.
   *
   * @throws IllegalArgumentException if it is no YAML or says anything that is not understood; an
   *     unknown key is named together with the nearest known one
   */
  public static FeatureSetDefinition parse(String yaml) {
    return FeatureSetYaml.parse(yaml);
  }

  /**
   * Reads a definition that comes with this module, such as {@link #DEFAULT}.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static FeatureSetDefinition bundled(String name) {
    String resource = "/feature-sets/" + name + ".yaml";
    try (InputStream in = FeatureSetDefinition.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no bundled feature set is named " + name);
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  /** Name of the set, without its version. */
  public String name() {
    return name;
  }

  /** Version of the set, from 1. */
  public int version() {
    return version;
  }

  /** The features, in the order of the vector. */
  public List<FeatureDefinition> features() {
    return features;
  }

  /** The features' names, in the order of the vector. */
  public List<String> names() {
    return names;
  }

  /** Length of the vector. */
  public int width() {
    return features.size();
  }

  /** First 16 hexadecimal digits of the SHA-256 of {@link #canonical()}. */
  public String id() {
    return id;
  }

  /**
   * How many bars must come before every feature is known.
   *
   * <p>Exponential averages then still remember where they started; after 300 bars more they agree
   * with a longer history to about 1e-8.
   */
  public int barsNeeded() {
    return features.stream().mapToInt(FeatureDefinition::barsNeeded).max().orElseThrow();
  }

  /** The definition as text that does not depend on how its YAML was written. */
  public String canonical() {
    return features.stream()
        .map(FeatureDefinition::canonical)
        .collect(
            Collectors.joining("\n", "neo-feature-set/1\n" + name + "|" + version + "\n", "\n"));
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureSetDefinition that && canonical().equals(that.canonical());
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return name + "-" + version + " (" + id + ", " + width() + " features)";
  }
}
