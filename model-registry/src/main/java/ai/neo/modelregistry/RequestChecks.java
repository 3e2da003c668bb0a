package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.Approval;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.GoldenRow;
import ai.neo.proto.registry.v1.GoldenRows;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.Lineage;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.PromotionRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.SignArtifactRequest;
import io.grpc.Status;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What a request must look like; anything else is INVALID_ARGUMENT with what was expected. */
final class RequestChecks {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

  /** An alias that could be taken for a version would make every message about it ambiguous. */
  private static final Pattern LIKE_A_VERSION = Pattern.compile("v?[0-9]+|latest");

  private static final int TITLE_MAX = 512;
  private static final int NAME_SHOWN_MAX = 80;
  private static final int SHORT_TEXT_MAX = 250;
  private static final int LONG_TEXT_MAX = 16_000;
  private static final int EVIDENCE_MAX = 1 << 20;
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /** 16 MB of a message, and milliseconds to test. */
  private static final int PAIRS_MAX = 1_000_000;

  private static final int METRICS_MAX = 1000;
  private static final int GOLDEN_ROWS_MAX = 64;
  private static final int ACTIONS = 3;

  /** Above this a check could not tell a model from another. */
  private static final float TOLERANCE_MAX = 0.1f;

  private static final float ROUNDING = 1e-3f;

  private RequestChecks() {}

  static void check(RegisterRequest request) {
    model(request.getModel());
    if (!request.getParentVersion().isEmpty()) {
      version("parent_version", request.getParentVersion());
    }
    text("feature_set_id", request.getFeatureSetId(), SHORT_TEXT_MAX);
    text("data_description", request.getDataDescription(), LONG_TEXT_MAX);
    actor(request.getActor());
    text("reason", request.getReason(), LONG_TEXT_MAX);
    metrics(request.getMetricsMap());
    check(request.getLineage());
    check(request.getGoldenRows());
  }

  private static void check(GoldenRows golden) {
    if (golden.getRowsCount() > GOLDEN_ROWS_MAX) {
      throw RegistryException.invalid(
          "%d golden rows; expected at most %d".formatted(golden.getRowsCount(), GOLDEN_ROWS_MAX));
    }
    if (golden.getSerializedSize() > EVIDENCE_MAX) {
      throw RegistryException.invalid(
          "the golden rows take %d bytes; expected at most %d"
              .formatted(golden.getSerializedSize(), EVIDENCE_MAX));
    }
    for (int i = 0; i < golden.getRowsCount(); i++) {
      check("golden row " + (i + 1), golden.getRows(i));
    }
  }

  private static void check(String place, GoldenRow row) {
    if (row.getFeaturesCount() == 0
        || row.getFeaturesList().stream().anyMatch(value -> !Float.isFinite(value))) {
      throw RegistryException.invalid(place + ": features must be finite numbers, at least one");
    }
    boolean probable =
        row.getActionProbabilitiesList().stream().allMatch(p -> p >= 0 && p <= 1 + ROUNDING);
    if (row.getActionProbabilitiesCount() != ACTIONS || !probable) {
      throw RegistryException.invalid(
          place + ": action_probabilities must be 3 numbers from 0 to 1: SELL, HOLD, BUY");
    }
    if (!(row.getTolerance() >= 0 && row.getTolerance() <= TOLERANCE_MAX)) {
      throw RegistryException.invalid(
          "%s: tolerance is %s; expected 0 to %s"
              .formatted(place, row.getTolerance(), TOLERANCE_MAX));
    }
  }

  private static void check(Lineage lineage) {
    text("lineage.dataset_manifest", lineage.getDatasetManifest(), LONG_TEXT_MAX);
    if (!lineage.getDatasetDigest().isEmpty()) {
      digest("lineage.dataset_digest", lineage.getDatasetDigest());
    }
    text("lineage.code", lineage.getCode(), SHORT_TEXT_MAX);
    if (lineage.getLearnerJournalOffset() < 0) {
      throw RegistryException.invalid("lineage.learner_journal_offset is larger than any journal");
    }
  }

  static void check(Evaluation evaluation) {
    model(evaluation.getModel());
    version("version", evaluation.getVersion());
    digest("digest", evaluation.getDigest());
    digest("dataset_digest", evaluation.getDatasetDigest());
    if (evaluation.getSamples() < 1) {
      throw RegistryException.invalid("samples must be at least 1");
    }
    metrics(evaluation.getMetricsMap());
    time("evaluated_at", evaluation.getEvaluatedAt());
    int pairs = evaluation.getCandidateOutcomesCount();
    if (pairs != evaluation.getChampionOutcomesCount()) {
      throw RegistryException.invalid(
          "%d candidate_outcomes and %d champion_outcomes; expected a pair for each sample"
              .formatted(pairs, evaluation.getChampionOutcomesCount()));
    }
    if (pairs > PAIRS_MAX || pairs > evaluation.getSamples()) {
      throw RegistryException.invalid(
          "%d pairs of outcomes; expected at most one for each of the %d samples, and at most %d"
              .formatted(pairs, evaluation.getSamples(), PAIRS_MAX));
    }
    if (pairs > 0) {
      version("champion_version", evaluation.getChampionVersion());
      digest("champion_digest", evaluation.getChampionDigest());
    }
    finite("candidate_outcomes", evaluation.getCandidateOutcomesList());
    finite("champion_outcomes", evaluation.getChampionOutcomesList());
    text("key_id", evaluation.getKeyId(), SHORT_TEXT_MAX);
    actor(evaluation.getActor());
  }

  static void check(PromotionRequest request) {
    model(request.getModel());
    version("version", request.getVersion());
    actor(request.getActor());
    reason(request.getReason());
  }

  static void check(Approval approval) {
    if (approval.getId() <= 0) {
      throw RegistryException.invalid("id is missing; ./neo model history shows requests and ids");
    }
    actor(approval.getActor());
    text("reason", approval.getReason(), LONG_TEXT_MAX);
  }

  static void check(SignArtifactRequest request) {
    model(request.getModel());
    version("version", request.getVersion());
    text("key_id", request.getSignature().getKeyId(), SHORT_TEXT_MAX);
    actor(request.getActor());
  }

  static Instant time(String field, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new RegistryException(
          Status.Code.INVALID_ARGUMENT,
          "%s=%s; expected a time in UTC such as 2026-11-21T10:00:00Z"
              .formatted(field, shown(text)),
          e);
    }
  }

  private static void digest(String field, String digest) {
    if (!DIGEST.matcher(digest).matches()) {
      throw RegistryException.invalid(
          "%s=%s; expected a SHA-256 as 64 lower-case hexadecimal digits"
              .formatted(field, shown(digest)));
    }
  }

  private static void finite(String field, List<Double> values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw RegistryException.invalid(field + " holds " + value + ", which is not finite");
      }
    }
  }

  private static void reason(String reason) {
    if (reason.isBlank()) {
      throw RegistryException.invalid("reason is missing: the ledger records why");
    }
    text("reason", reason, LONG_TEXT_MAX);
  }

  static void check(MoveAliasRequest request) {
    model(request.getModel());
    alias(request.getAlias());
    version("version", request.getVersion());
    if (!request.getExpectedVersion().isEmpty()) {
      version("expected_version", request.getExpectedVersion());
    }
    if (request.getVersion().equals(request.getExpectedVersion())) {
      throw RegistryException.invalid(
          "version and expected_version are both %s, so nothing would move. State where the alias"
                  .formatted(request.getVersion())
              + " is now as expected_version, and where it shall go as version");
    }
    actor(request.getActor());
    if (request.getReason().isBlank()) {
      throw RegistryException.invalid("reason is missing: the ledger records why an alias moved");
    }
    text("reason", request.getReason(), LONG_TEXT_MAX);
    if (!Ledger.MOVES.contains(request.getAction())) {
      throw RegistryException.invalid(
          "action=%s; expected one of %s".formatted(shown(request.getAction()), Ledger.MOVES));
    }
  }

  static void check(RecordRequest request, Set<String> reserved) {
    model(request.getModel());
    if (!request.getVersion().isEmpty()) {
      version("version", request.getVersion());
    }
    name("action", request.getAction());
    if (reserved.contains(request.getAction())) {
      throw RegistryException.invalid(
          "action=%s is written by the registry itself when it does it; choose another word,"
                  .formatted(request.getAction())
              + " such as gate-passed or promotion-refused");
    }
    actor(request.getActor());
    text("reason", request.getReason(), LONG_TEXT_MAX);
    evidence(request.getEvidenceJson());
  }

  static void check(HistoryRequest request) {
    model(request.getModel());
    if (request.getLimit() < 0 || request.getAfterSequence() < 0) {
      throw RegistryException.invalid("limit and after_sequence are larger than any ledger");
    }
  }

  /** A model that exists may have any name that MLflow gives. */
  static void model(String name) {
    boolean canExist =
        !name.isBlank()
            && name.length() <= TITLE_MAX
            && name.chars().noneMatch(c -> c == '/' || c == ':' || c == 0);
    if (!canExist) {
      throw RegistryException.invalid(
          "model=%s; expected a name of at most %d characters without / and :"
              .formatted(shown(name), TITLE_MAX));
    }
  }

  static void newModel(String name) {
    name("model", name);
  }

  static void alias(String name) {
    name("alias", name);
    if (LIKE_A_VERSION.matcher(name).matches()) {
      throw RegistryException.invalid(
          "alias=%s could be taken for a version; choose a word such as champion".formatted(name));
    }
  }

  static int version(String field, String version) {
    if (!VERSION.matcher(version).matches()) {
      throw RegistryException.invalid(
          "%s=%s; expected a whole number from 1, such as 7".formatted(field, shown(version)));
    }
    return Integer.parseInt(version);
  }

  /** A caller's text, shortened and without control characters, for use in a message. */
  static String shown(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= NAME_SHOWN_MAX
        ? "'" + clean + "'"
        : "'" + clean.substring(0, NAME_SHOWN_MAX) + "…'";
  }

  private static void name(String field, String name) {
    if (!NAME.matcher(name).matches()) {
      throw RegistryException.invalid(
          "%s=%s; expected 1 to 63 of the characters a-z 0-9 - and not - first"
              .formatted(field, shown(name)));
    }
  }

  static void actor(String actor) {
    if (actor.isBlank()) {
      throw RegistryException.invalid("actor is missing: the ledger records who did it");
    }
    text("actor", actor, SHORT_TEXT_MAX);
  }

  private static void text(String field, String text, int max) {
    if (text.length() > max) {
      throw RegistryException.invalid(
          "%s has %d characters, more than the %d allowed".formatted(field, text.length(), max));
    }
    if (text.indexOf('\0') >= 0) {
      throw RegistryException.invalid(field + " contains the character NUL");
    }
  }

  private static void metrics(Map<String, Double> metrics) {
    if (metrics.size() > METRICS_MAX) {
      throw RegistryException.invalid(
          "%d metrics, more than the %d allowed".formatted(metrics.size(), METRICS_MAX));
    }
    metrics.forEach(
        (name, value) -> {
          text("a metric's name", name, SHORT_TEXT_MAX);
          if (!Double.isFinite(value)) {
            throw RegistryException.invalid(
                "metric %s=%s is not finite; leave it out".formatted(shown(name), value));
          }
        });
  }

  private static void evidence(String json) {
    text("evidence_json", json, EVIDENCE_MAX);
    if (json.isEmpty()) {
      return;
    }
    try {
      Json.decodeValue(json);
    } catch (DecodeException e) {
      throw new RegistryException(
          Status.Code.INVALID_ARGUMENT,
          "evidence_json is not JSON: " + shown(String.valueOf(e.getMessage())),
          e);
    }
  }
}
