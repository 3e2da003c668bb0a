package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.ChampionServing;
import ai.neo.modelregistry.ModelRegistry;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which call answers which verb and path. Calls block. */
final class Routes {
  private static final Pattern LOGGED_MODEL =
      Pattern.compile("logged-models/([^/]+)(/tags|/params|/artifacts/directories|/tags/([^/]+))?");

  private static final Pattern WEBHOOK = Pattern.compile("webhooks/([^/]+)(/test)?");

  private final Map<String, Call> calls = new HashMap<>();
  private final LoggedModels loggedModels;
  private final WebhookRoutes webhooks;
  private final ArtifactFiles files;

  /** What a route does; its answer is the body. */
  @FunctionalInterface
  interface Call {
    JsonObject answer(Fields fields, Caller caller);
  }

  Routes(ModelRegistry registry, ChampionServing serving) {
    Champions champions = new Champions(registry.database(), serving);
    loggedModels = new LoggedModels(registry.database());
    files = new ArtifactFiles(registry.database());
    webhooks = new WebhookRoutes(registry.webhooks());
    post("webhooks", webhooks::create);
    get("webhooks", webhooks::list);
    experiments(new Experiments(registry.database()));
    runs(registry);
    models(new RegisteredModels(registry.database(), champions));
    versions(new ModelVersions(registry.database(), registry.artifacts(), champions));
    post("logged-models", loggedModels::create);
    post("logged-models/search", loggedModels::search);
    get("artifacts/list", files::listOfRun);
  }

  ArtifactFiles files() {
    return files;
  }

  private void experiments(Experiments experiments) {
    post("experiments/create", experiments::create);
    get("experiments/get", experiments::get);
    get("experiments/get-by-name", experiments::getByName);
    get("experiments/search", experiments::search);
    post("experiments/search", experiments::search);
    post("experiments/update", experiments::update);
    post("experiments/delete", experiments::delete);
    post("experiments/restore", experiments::restore);
    post("experiments/set-experiment-tag", experiments::setTag);
    post("experiments/delete-experiment-tag", experiments::deleteTag);
  }

  private void runs(ModelRegistry registry) {
    Runs runs = new Runs(registry.database());
    post("runs/create", runs::create);
    get("runs/get", runs::get);
    post("runs/update", runs::update);
    post("runs/delete", runs::delete);
    post("runs/restore", runs::restore);
    post("runs/search", runs::search);
    RunLogs logs = new RunLogs(registry.database());
    post("runs/log-metric", logs::logMetric);
    post("runs/log-parameter", logs::logParam);
    post("runs/log-batch", logs::logBatch);
    post("runs/set-tag", logs::setTag);
    post("runs/delete-tag", logs::deleteTag);
    post("runs/log-model", logs::logModel);
    get("metrics/get-history", logs::history);
    RunLinks links = new RunLinks(registry.database());
    post("runs/log-inputs", links::logInputs);
    post("runs/outputs", links::logOutputs);
  }

  private void models(RegisteredModels models) {
    post("registered-models/create", models::create);
    get("registered-models/get", models::get);
    patch("registered-models/update", models::update);
    post("registered-models/rename", models::rename);
    delete("registered-models/delete", models::delete);
    get("registered-models/search", models::search);
    post("registered-models/get-latest-versions", models::latestVersions);
    get("registered-models/get-latest-versions", models::latestVersions);
    post("registered-models/set-tag", models::setTag);
    delete("registered-models/delete-tag", models::deleteTag);
    post("registered-models/alias", models::setAlias);
    get("registered-models/alias", models::getAlias);
    delete("registered-models/alias", models::deleteAlias);
  }

  private void versions(ModelVersions versions) {
    post("model-versions/create", versions::create);
    get("model-versions/get", versions::get);
    get("model-versions/get-download-uri", versions::downloadUri);
    get("model-versions/search", versions::search);
    patch("model-versions/update", versions::update);
    delete("model-versions/delete", versions::delete);
    post("model-versions/set-tag", versions::setTag);
    delete("model-versions/delete-tag", versions::deleteTag);
    post("model-versions/transition-stage", versions::transition);
  }

  private void get(String path, Call call) {
    calls.put("GET " + path, call);
  }

  private void post(String path, Call call) {
    calls.put("POST " + path, call);
  }

  private void patch(String path, Call call) {
    calls.put("PATCH " + path, call);
  }

  private void delete(String path, Call call) {
    calls.put("DELETE " + path, call);
  }

  /**
   * The call, or ENDPOINT_NOT_FOUND, or METHOD_NOT_ALLOWED when the path takes other verbs.
   *
   * @param path behind {@code /api/2.0/mlflow/}, as it came
   */
  Call find(HttpMethod method, String path) {
    Call call = calls.get(method.name() + " " + path);
    if (call != null) {
      return call;
    }
    return ofLoggedModel(method, path)
        .or(() -> ofWebhook(method, path))
        .orElseThrow(
            () -> {
              boolean isKnown =
                  calls.keySet().stream().anyMatch(route -> route.endsWith(" " + path))
                      || LOGGED_MODEL.matcher(path).matches()
                      || WEBHOOK.matcher(path).matches();
              return new MlflowException(
                  isKnown ? ErrorCode.METHOD_NOT_ALLOWED : ErrorCode.ENDPOINT_NOT_FOUND,
                  isKnown
                      ? "%s does not take %s".formatted(Names.shown(path), method)
                      : "There is no endpoint %s".formatted(Names.shown(path)));
            });
  }

  private Optional<Call> ofLoggedModel(HttpMethod method, String path) {
    Matcher matcher = LOGGED_MODEL.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String id = ArtifactPath.percentDecoded(matcher.group(1));
    String tag = matcher.group(3) == null ? "" : ArtifactPath.percentDecoded(matcher.group(3));
    String rest = matcher.group(2) == null ? "" : matcher.group(2);
    Call call =
        switch (method.name() + (tag.isEmpty() ? rest : "/tag")) {
          case "GET" -> (fields, caller) -> loggedModels.get(id);
          case "GET/artifacts/directories" ->
              (fields, caller) -> files.listOfLoggedModel(id, fields);
          case "PATCH" -> (fields, caller) -> loggedModels.finish(id, fields);
          case "DELETE" -> (fields, caller) -> loggedModels.delete(id);
          case "PATCH/tags" -> (fields, caller) -> loggedModels.setTags(id, fields);
          case "POST/params" -> (fields, caller) -> loggedModels.logParams(id, fields);
          case "DELETE/tag" -> (fields, caller) -> loggedModels.deleteTag(id, tag);
          default -> null;
        };
    return Optional.ofNullable(call);
  }

  private Optional<Call> ofWebhook(HttpMethod method, String path) {
    Matcher matcher = WEBHOOK.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String id = ArtifactPath.percentDecoded(matcher.group(1));
    Call call =
        switch (method.name() + (matcher.group(2) == null ? "" : matcher.group(2))) {
          case "GET" -> (fields, caller) -> webhooks.get(id);
          case "PATCH" -> (fields, caller) -> webhooks.update(id, fields, caller);
          case "DELETE" -> (fields, caller) -> webhooks.delete(id, caller);
          case "POST/test" -> (fields, caller) -> webhooks.test(id, fields);
          default -> null;
        };
    return Optional.ofNullable(call);
  }
}
