package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.mlflow.Searchable.Attribute;
import ai.neo.modelregistry.mlflow.Searchable.Kind;
import ai.neo.modelregistry.mlflow.Searchable.Part;
import ai.neo.modelregistry.mlflow.Searchable.Related;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What each of the five searches knows. */
final class Searches {
  private static final Attribute TEXT_ONLY = new Attribute("", Kind.TEXT, Operator.TEXT);

  private Searches() {}

  /** Rows are {@code registry.experiment e}. */
  static final Searchable EXPERIMENTS =
      new Searchable(
          Map.of(
              "name", text("e.name"),
              "experiment_id",
                  new Attribute("e.experiment_id::text", Kind.TEXT, Operator.EQUALITY_OR_LIST),
              "creation_time", number("e.created_ms"),
              "last_update_time", number("e.updated_ms")),
          Set.of("attribute", "attributes", "attr"),
          Map.of(
              "name", "e.name",
              "experiment_id", "e.experiment_id",
              "creation_time", "e.created_ms",
              "last_update_time", "e.updated_ms"),
          tags(
              "registry.experiment_tag x WHERE x.experiment_id = e.experiment_id",
              Operator.TEXT_OR_NULL,
              false),
          Map.of());

  /** Rows are {@code registry.run r}. */
  static final Searchable RUNS =
      new Searchable(
          runAttributes(),
          Set.of("attributes", "attribute", "attr", "run"),
          runOrders(),
          runRelated(),
          datasets());

  /** Rows are {@code registry.model m}. */
  static final Searchable MODELS =
      new Searchable(
          Map.of("name", new Attribute("m.title", Kind.TEXT, Operator.TEXT_OR_LIST)),
          Set.of("attribute", "attributes"),
          Map.of(
              "name", "m.title",
              "timestamp", "m.updated_ms",
              "last_updated_timestamp", "m.updated_ms"),
          tags("registry.model_tag x WHERE x.model = m.name", Operator.TEXT, false),
          Map.of());

  /** Rows are {@code registry.version v}, {@code registry.version_detail d}, {@code m}. */
  static final Searchable VERSIONS =
      new Searchable(
          Map.of(
              "name", new Attribute("m.title", Kind.TEXT, Operator.TEXT_OR_LIST),
              "run_id", new Attribute("d.run_id", Kind.TEXT, Operator.TEXT_OR_LIST),
              "source_path", new Attribute("d.source", Kind.TEXT, Operator.TEXT),
              "version_number", new Attribute("v.version", Kind.QUOTED_NUMBER, Operator.NUMBER)),
          Set.of("attribute", "attributes"),
          Map.of(
              "name", "m.title",
              "version_number", "v.version",
              "creation_timestamp", "d.created_ms",
              "last_updated_timestamp", "d.updated_ms"),
          tags(
              "registry.version_tag x WHERE x.model = v.model AND x.version = v.version",
              Operator.TEXT,
              false),
          Map.of());

  private static Attribute text(String column) {
    return new Attribute(column, TEXT_ONLY.kind(), TEXT_ONLY.operators());
  }

  private static Attribute number(String column) {
    return new Attribute(column, Kind.NUMBER, Operator.NUMBER);
  }

  private static Map<String, Related> tags(
      String source, Set<Operator> operators, boolean sortable) {
    Related tags = new Related(source, Kind.TEXT, operators, sortable);
    return Map.of("tags", tags, "tag", tags);
  }

  private static Map<String, Attribute> runAttributes() {
    Map<String, Attribute> attributes = new HashMap<>();
    attributes.put("run_id", new Attribute("r.run_id", Kind.TEXT, Operator.TEXT_OR_LIST));
    attributes.put("status", text("r.status"));
    attributes.put("artifact_uri", text("r.artifact_uri"));
    attributes.put("user_id", text("r.user_id"));
    for (String name : Set.of("run_name", "run name", "Run name", "Run Name")) {
      attributes.put(name, text("r.name"));
    }
    attributes.put("start_time", number("r.start_ms"));
    attributes.put("created", number("r.start_ms"));
    attributes.put("Created", number("r.start_ms"));
    attributes.put("end_time", number("r.end_ms"));
    return Map.copyOf(attributes);
  }

  private static Map<String, String> runOrders() {
    Map<String, String> orders = new HashMap<>();
    runAttributes().forEach((name, attribute) -> orders.put(name, attribute.column()));
    return Map.copyOf(orders);
  }

  private static Map<String, Related> runRelated() {
    Related metrics =
        new Related(
            "registry.latest_metric x WHERE x.run_id = r.run_id",
            Kind.NUMBER,
            Operator.NUMBER,
            true);
    Related params =
        new Related(
            "registry.run_param x WHERE x.run_id = r.run_id",
            Kind.TEXT,
            Operator.TEXT_OR_NULL,
            true);
    Map<String, Related> related =
        new HashMap<>(
            tags("registry.run_tag x WHERE x.run_id = r.run_id", Operator.TEXT_OR_NULL, true));
    related.put("metrics", metrics);
    related.put("metric", metrics);
    for (String name : Set.of("params", "param", "parameters", "parameter")) {
      related.put(name, params);
    }
    return Map.copyOf(related);
  }

  private static Map<String, Part> datasets() {
    Part part =
        new Part(
            "registry.run_dataset y JOIN registry.dataset x USING (dataset_id)"
                + " WHERE y.run_id = r.run_id",
            Map.of(
                "name", new Attribute("x.name", Kind.TEXT, Operator.TEXT_OR_LIST),
                "digest", new Attribute("x.digest", Kind.TEXT, Operator.TEXT_OR_LIST),
                "context", new Attribute("y.context", Kind.TEXT, Operator.TEXT_OR_LIST)));
    return Map.of("datasets", part, "dataset", part);
  }

  /**
   * Rows are {@code registry.logged_model l}.
   *
   * @param onDatasets restricts metrics {@code x} to datasets, beginning with {@code AND}; or ""
   */
  static Searchable loggedModels(String onDatasets) {
    return new Searchable(
        loggedModelAttributes(),
        Set.of("attributes"),
        Map.of(),
        Map.of(
            "metrics",
            new Related(
                "registry.logged_model_metric x WHERE x.model_id = l.model_id" + onDatasets,
                Kind.NUMBER,
                Operator.NUMBER,
                false),
            "params",
            new Related(
                "registry.logged_model_param x WHERE x.model_id = l.model_id",
                Kind.TEXT,
                Operator.TEXT_OR_LIST,
                false),
            "tags",
            new Related(
                "registry.logged_model_tag x WHERE x.model_id = l.model_id",
                Kind.TEXT,
                Operator.TEXT_OR_LIST,
                false)),
        Map.of());
  }

  private static Map<String, Attribute> loggedModelAttributes() {
    Map<String, Attribute> attributes = new HashMap<>();
    for (String name : Set.of("name", "model_id", "model_type", "source_run_id", "status")) {
      attributes.put(name, new Attribute("l." + name, Kind.TEXT, Operator.TEXT_OR_LIST));
    }
    attributes.put(
        "experiment_id", new Attribute("l.experiment_id::text", Kind.TEXT, Operator.TEXT_OR_LIST));
    for (String name :
        Set.of(
            "creation_timestamp", "creation_timestamp_ms", "creation_time", "creation_time_ms")) {
      attributes.put(name, number("l.created_ms"));
    }
    for (String name : Set.of("last_updated_timestamp", "last_updated_timestamp_ms")) {
      attributes.put(name, number("l.updated_ms"));
    }
    return Map.copyOf(attributes);
  }

  /** The column to sort logged models by. */
  static String loggedModelOrder(String name) {
    Attribute attribute = loggedModelAttributes().get(name);
    if (attribute == null) {
      throw MlflowException.invalid(
          "Invalid order_by field name '%s'. Valid ones are %s and metrics.<name>"
              .formatted(Names.shown(name), new TreeSet<>(loggedModelAttributes().keySet())));
    }
    return attribute.column();
  }
}
