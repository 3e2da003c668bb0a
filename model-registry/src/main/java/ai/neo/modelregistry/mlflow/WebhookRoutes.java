package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.MlflowEvents;
import ai.neo.modelregistry.WebhookBook;
import ai.neo.modelregistry.Webhooks;
import ai.neo.proto.registry.v1.Webhook;
import ai.neo.proto.registry.v1.WebhookDelivery;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * MLflow's calls on webhooks. They see those alone that were made by them: the others are told in
 * words that MLflow's clients have no names for. A secret is taken and never shown.
 */
final class WebhookRoutes {
  private static final int PAGE = 100;
  private static final int PAGE_MAX = 1_000;
  private static final int DESCRIPTION_MAX = 5_000;
  private static final int SECRET_MAX = 1_000;
  private static final int URL_MAX = 2_000;
  private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,17}");
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

  private final Webhooks webhooks;

  WebhookRoutes(Webhooks webhooks) {
    this.webhooks = webhooks;
  }

  JsonObject create(Fields fields, Caller caller) {
    Webhook draft =
        Webhook.newBuilder()
            .setName(name(fields.required("name")))
            .setUrl(Names.limited("url", fields.required("url"), URL_MAX))
            .addAllEvents(events(fields))
            .setDescription(description(fields.text("description")))
            .setDisabled(disabled(fields).orElse(false))
            .setDialect(WebhookBook.MLFLOW)
            .build();
    return answer(webhooks.book().add(draft, secret(fields).orElse(""), caller.author()));
  }

  JsonObject list(Fields fields, Caller caller) {
    Paging page = Paging.of(fields, PAGE, PAGE_MAX);
    List<JsonObject> all =
        webhooks.book().all().stream()
            .filter(WebhookRoutes::isOurs)
            .map(WebhookRoutes::json)
            .toList();
    return page.answer(all, "webhooks");
  }

  JsonObject get(String id) {
    return answer(wanted(id));
  }

  JsonObject update(String id, Fields fields, Caller caller) {
    Webhook was = wanted(id);
    Webhook.Builder to = was.toBuilder();
    fields.optional("name").ifPresent(name -> to.setName(name(name)));
    fields.optional("url").ifPresent(url -> to.setUrl(Names.limited("url", url, URL_MAX)));
    fields.optional("description").ifPresent(text -> to.setDescription(description(text)));
    if (fields.has("events") && !fields.objects("events").isEmpty()) {
      to.clearEvents().addAllEvents(events(fields));
    }
    disabled(fields).ifPresent(to::setDisabled);
    return answer(webhooks.book().change(to.build(), secret(fields), caller.author()));
  }

  JsonObject delete(String id, Caller caller) {
    webhooks.book().remove(wanted(id).getId(), caller.author());
    return new JsonObject();
  }

  /** The receiver's answer is not passed on: whoever may call here may not read there. */
  JsonObject test(String id, Fields fields) {
    Webhook webhook = wanted(id);
    String event = fields.has("event") ? event(fields.object("event")) : "";
    WebhookDelivery sent = webhooks.test(webhook.getId(), event);
    JsonObject result = new JsonObject().put("success", sent.getDelivered());
    if (sent.getStatus() > 0) {
      result.put("response_status", sent.getStatus());
    }
    if (!sent.getError().isEmpty()) {
      result.put("error_message", sent.getError());
    }
    return new JsonObject().put("result", result);
  }

  private Webhook wanted(String id) {
    if (ID.matcher(id).matches()) {
      Optional<Webhook> found =
          webhooks.book().all().stream()
              .filter(webhook -> isOurs(webhook) && webhook.getId() == Long.parseLong(id))
              .findFirst();
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw MlflowException.absent("Webhook with ID %s not found.".formatted(Names.shown(id)));
  }

  private static boolean isOurs(Webhook webhook) {
    return webhook.getDialect().equals(WebhookBook.MLFLOW);
  }

  private static String name(String name) {
    if (!NAME.matcher(name).matches()) {
      throw MlflowException.invalid(
          "Webhook name '%s' is invalid. It must start and end with a letter or digit, and hold at"
                  .formatted(Names.shown(name))
              + " most 63 of letters, digits, dots, dashes and underscores.");
    }
    return name;
  }

  private static String description(String text) {
    return Names.limited("webhook description", text, DESCRIPTION_MAX);
  }

  private static Optional<String> secret(Fields fields) {
    Optional<String> secret = fields.optional("secret").filter(text -> !text.isEmpty());
    if (secret.isPresent() && secret.get().length() > SECRET_MAX) {
      throw MlflowException.invalid(
          "The secret has more than %d characters".formatted(SECRET_MAX)); // and is not shown
    }
    return secret;
  }

  private static List<String> events(Fields fields) {
    List<String> events = new ArrayList<>();
    for (Fields one : fields.objects("events")) {
      String event = event(one);
      if (!events.contains(event)) {
        events.add(event);
      }
    }
    if (events.isEmpty()) {
      throw MlflowException.invalid("Webhook events cannot be empty");
    }
    return events;
  }

  private static String event(Fields one) {
    String event = (one.required("entity") + "." + one.required("action")).toLowerCase(Locale.ROOT);
    if (!MlflowEvents.NAMES.contains(event)) {
      throw MlflowException.invalid(
          "Webhook event '%s' does not happen here: the registry's ledger records %s"
              .formatted(Names.shown(event), String.join(", ", MlflowEvents.NAMES)));
    }
    return event;
  }

  private static Optional<Boolean> disabled(Fields fields) {
    return switch (fields.word("status")) {
      case "" -> Optional.empty();
      case "ACTIVE", "1" -> Optional.of(false);
      case "DISABLED", "2" -> Optional.of(true);
      default ->
          throw MlflowException.invalid(
              "Invalid webhook status '%s'; expected ACTIVE or DISABLED"
                  .formatted(Names.shown(fields.word("status"))));
    };
  }

  private static JsonObject answer(Webhook webhook) {
    return new JsonObject().put("webhook", json(webhook));
  }

  private static JsonObject json(Webhook webhook) {
    JsonArray events = new JsonArray();
    for (String event : webhook.getEventsList()) {
      int dot = event.indexOf('.');
      events.add(
          new JsonObject()
              .put("entity", event.substring(0, dot).toUpperCase(Locale.ROOT))
              .put("action", event.substring(dot + 1).toUpperCase(Locale.ROOT)));
    }
    JsonObject json =
        new JsonObject()
            .put("webhook_id", Long.toString(webhook.getId()))
            .put("name", webhook.getName())
            .put("url", webhook.getUrl())
            .put("events", events)
            .put("status", webhook.getDisabled() ? "DISABLED" : "ACTIVE")
            .put("creation_timestamp", webhook.getCreatedMs())
            .put("last_updated_timestamp", webhook.getUpdatedMs());
    return webhook.getDescription().isEmpty()
        ? json
        : json.put("description", webhook.getDescription());
  }
}
