package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What went into a run and came out of it: data and models. */
final class RunLinks {
  private static final int NAME_MAX = 500;
  private static final int DIGEST_MAX = 36;
  private static final int SOURCE_MAX = 65_535;
  private static final int SCHEMA_MAX = 1_048_575;
  private static final int PROFILE_MAX = 16_777_215;
  private static final int TAG_KEY_MAX = 255;
  private static final int TAG_VALUE_MAX = 500;
  private static final String CONTEXT_TAG = "mlflow.data.context";

  private final Database database;

  RunLinks(Database database) {
    this.database = database;
  }

  /** A data set as its run saw it. */
  private record Data(Fields dataset, List<Tag> tags) {
    static Data of(Fields input) {
      Fields dataset = input.object("dataset");
      Names.limited("dataset name", dataset.required("name"), NAME_MAX);
      Names.limited("dataset digest", dataset.required("digest"), DIGEST_MAX);
      dataset.required("source_type");
      Names.limited("dataset source", dataset.required("source"), SOURCE_MAX);
      Names.limited("dataset schema", dataset.text("schema"), SCHEMA_MAX);
      Names.limited("dataset profile", dataset.text("profile"), PROFILE_MAX);
      List<Tag> tags =
          input.objects("tags").stream()
              .map(tag -> new Tag(tag.required("key"), tag.present("value")))
              .toList();
      for (Tag tag : tags) {
        Names.limited("dataset tag key", tag.key(), TAG_KEY_MAX);
        Names.limited("dataset tag value", tag.value(), TAG_VALUE_MAX);
      }
      return new Data(dataset, tags);
    }

    void write(Database.Session session, Runs.Locked run) {
      session.run(
          "INSERT INTO registry.dataset (experiment_id, name, digest, source_type, source,"
              + " schema_json, profile_json) VALUES ($1, $2, $3, $4, $5, $6, $7)"
              + " ON CONFLICT DO NOTHING",
          run.experimentId(),
          dataset.text("name"),
          dataset.text("digest"),
          dataset.text("source_type"),
          dataset.text("source"),
          dataset.text("schema"),
          dataset.text("profile"));
      JsonArray list = new JsonArray();
      tags.forEach(
          tag -> list.add(new JsonObject().put("key", tag.key()).put("value", tag.value())));
      session.run(
          "INSERT INTO registry.run_dataset (run_id, dataset_id, tags, context)"
              + " SELECT $1, dataset_id, $5, $6 FROM registry.dataset"
              + " WHERE experiment_id = $2 AND name = $3 AND digest = $4 ON CONFLICT DO NOTHING",
          run.id(),
          run.experimentId(),
          dataset.text("name"),
          dataset.text("digest"),
          list,
          tags.stream()
              .filter(tag -> tag.key().equals(CONTEXT_TAG))
              .map(Tag::value)
              .findFirst()
              .orElse(null));
    }
  }

  JsonObject logInputs(Fields fields, Caller caller) {
    String run = Runs.id(fields);
    List<Data> data = fields.objects("datasets").stream().map(Data::of).toList();
    List<String> models =
        fields.objects("models").stream().map(model -> model.required("model_id")).toList();
    return database.inTransaction(
        session -> {
          Runs.Locked locked = Runs.lock(session, run).requireActive();
          data.forEach(each -> each.write(session, locked));
          for (String model : models) {
            session.run(
                "INSERT INTO registry.run_input_model (run_id, model_id) VALUES ($1, $2)"
                    + " ON CONFLICT DO NOTHING",
                run,
                model);
          }
          return new JsonObject();
        });
  }

  JsonObject logOutputs(Fields fields, Caller caller) {
    String run = Runs.id(fields);
    List<Fields> models = fields.objects("models");
    return database.inTransaction(
        session -> {
          Runs.lock(session, run).requireActive();
          for (Fields model : models) {
            session.run(
                "INSERT INTO registry.run_output_model (run_id, model_id, step)"
                    + " VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                run,
                model.required("model_id"),
                model.number("step").orElse(0));
          }
          return new JsonObject();
        });
  }
}
