package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.ChampionServing;
import ai.neo.modelregistry.Database;
import ai.neo.modelregistry.ModelBook;
import io.vertx.core.json.JsonObject;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/** Changes to what trades: together with whoever answers with it, or not at all. */
final class Champions {
  private final Database database;
  private final ChampionServing serving;

  Champions(Database database, ChampionServing serving) {
    this.database = database;
    this.serving = serving;
  }

  private record Done(JsonObject answer, boolean ended) {}

  void promote(String model, int version, Caller caller) {
    serving.promote(model, Integer.toString(version), "", caller.author());
  }

  /**
   * Makes a change after which a model may have no champion any more.
   *
   * @param ends whether it ends the champion that has this version
   * @param after the model's name after the change
   */
  JsonObject change(
      String model,
      String after,
      Caller caller,
      IntPredicate ends,
      Database.Work<JsonObject> change) {
    Done done =
        database.inTransaction(
            session -> {
              RegisteredModels.key(session, model);
              OptionalInt champion = new ModelBook(session, caller.author()).champion(model);
              boolean ended = champion.stream().anyMatch(ends);
              if (ended) {
                serving.requireMayEnd(model);
              }
              return new Done(change.in(session), ended);
            });
    if (done.ended()) {
      serving.follow(model);
      if (!after.equals(model)) {
        serving.follow(after);
      }
    }
    return done.answer();
  }
}
