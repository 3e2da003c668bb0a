package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A key with its value, on an experiment, a run, a model or a version; also a param. */
record Tag(String key, String value) {
  static Tag of(Fields fields, String what) {
    return new Tag(Names.key(what, fields.required("key")), fields.present("value"));
  }

  /** The tags of a list; of several with one key, the last. */
  static List<Tag> list(Fields fields, String name, String what) {
    Map<String, Tag> tags = new LinkedHashMap<>();
    for (Fields each : fields.objects(name)) {
      Tag tag = of(each, what);
      tags.put(tag.key(), tag);
    }
    return List.copyOf(tags.values());
  }

  Tag truncated(int max) {
    return new Tag(key, Names.truncated(value, max));
  }

  Tag limited(String what, int max) {
    Names.limited(what, value, max);
    return this;
  }

  /**
   * Writes tags in one statement, replacing values.
   *
   * @param table of the schema registry, with the owner's columns before key and value
   * @param owner the owner's columns and their values
   */
  static void write(
      Database.Session session, String table, Map<String, Object> owner, List<Tag> tags) {
    if (tags.isEmpty()) {
      return;
    }
    String columns = String.join(", ", owner.keySet());
    SqlQuery query = new SqlQuery("INSERT INTO registry." + table + " (" + columns);
    query.add(", key, value) SELECT ");
    List<String> values = new ArrayList<>();
    owner.values().forEach(value -> values.add(query.bind(value)));
    query
        .add(String.join(", ", values))
        .add(", key, value FROM unnest(")
        .add(query.bind(tags.stream().map(Tag::key).toArray(String[]::new)))
        .add("::text[], ")
        .add(query.bind(tags.stream().map(Tag::value).toArray(String[]::new)))
        .add("::text[]) AS t (key, value) ORDER BY key ON CONFLICT (")
        .add(columns)
        .add(", key) DO UPDATE SET value = excluded.value")
        .run(session);
  }
}
