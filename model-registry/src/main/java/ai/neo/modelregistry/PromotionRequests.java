package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.GateSettings;
import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.proto.registry.v1.Approval;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.PendingPromotion;
import ai.neo.proto.registry.v1.PromotionRequest;
import io.grpc.Status;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Promotions that wait for a second person, and waivers of gates. Each is for one artifact,
 * expires, and is used once. An actor is who the caller says it is: whoever may reach the
 * registry's port may use any name.
 */
final class PromotionRequests {
  static final String REQUEST = "request";
  static final String WAIVER = "waiver";

  /** A waiver is for a promotion that follows at once. */
  private static final Duration WAIVER_LASTS = Duration.ofMinutes(10);

  private final Gates gates;

  PromotionRequests(RegistryPolicy policy) {
    this.gates = new Gates(policy);
  }

  /** One that can still be used. */
  record Pending(long id, String requestedBy, String approvedBy) {}

  PendingPromotion request(Database.Session session, PromotionRequest request) {
    Ledger.LockedModel model = Models.lock(session, request.getModel());
    Duration lasts =
        gates.settings(model, request.getModel()).stream()
            .map(GateSettings::approvalsLast)
            .min(Duration::compareTo)
            .orElseThrow();
    return add(session, model, request, REQUEST, lasts);
  }

  PendingPromotion waive(Database.Session session, PromotionRequest request) {
    Ledger.LockedModel model = Models.lock(session, request.getModel());
    Set<GateSettings> settings = gates.settings(model, request.getModel());
    if (!settings.stream().allMatch(GateSettings::allowForce)) {
      throw RegistryException.refused(
          "The gates of model '%s' may not be waived; allow_force in the registry's policy file says"
                  .formatted(request.getModel())
              + " whether they may");
    }
    boolean second = settings.stream().anyMatch(GateSettings::secondPerson);
    Duration lasts =
        second
            ? settings.stream()
                .map(GateSettings::approvalsLast)
                .min(Duration::compareTo)
                .orElseThrow()
            : WAIVER_LASTS;
    return add(session, model, request, WAIVER, lasts);
  }

  private static PendingPromotion add(
      Database.Session session,
      Ledger.LockedModel model,
      PromotionRequest request,
      String kind,
      Duration lasts) {
    int number = RequestChecks.version("version", request.getVersion());
    ModelVersion version = Versions.get(session, model.name(), number);
    long id =
        session
            .run(
                "INSERT INTO registry.promotion_request (kind, model, version, digest,"
                    + " requested_by, expires_at) VALUES ($1, $2, $3, $4, $5,"
                    + " clock_timestamp() + make_interval(secs => $6)) RETURNING id",
                kind,
                model.name(),
                number,
                version.getDigest(),
                request.getActor(),
                (double) lasts.toSeconds())
            .iterator()
            .next()
            .getLong(0);
    PendingPromotion pending = get(session, id);
    Ledger.append(
        session,
        model,
        new Ledger.Fact(
            request.getVersion(),
            kind.equals(REQUEST) ? Ledger.REQUESTED : Ledger.FORCED,
            request.getActor(),
            request.getReason(),
            evidence(pending)));
    return pending;
  }

  /** A second person says yes. */
  static PendingPromotion approve(Database.Session session, Approval approval) {
    PendingPromotion found = get(session, approval.getId());
    Ledger.LockedModel model = Models.lock(session, found.getModel());
    if (samePerson(found.getRequestedBy(), approval.getActor())) {
      throw new RegistryException(
          Status.Code.PERMISSION_DENIED,
          "Request %d was made by %s and cannot be approved by the same person; somebody else must"
              .formatted(approval.getId(), found.getRequestedBy()));
    }
    int changed =
        session
            .run(
                "UPDATE registry.promotion_request SET approved_by = $2 WHERE id = $1"
                    + " AND approved_by = '' AND NOT used AND expires_at > clock_timestamp()",
                approval.getId(),
                approval.getActor())
            .rowCount();
    if (changed == 0) {
      throw RegistryException.refused(
          "Request %d was approved or used before, or has expired (at %s); make a new one"
              .formatted(approval.getId(), found.getExpiresAt()));
    }
    PendingPromotion approved = get(session, approval.getId());
    Ledger.append(
        session,
        model,
        new Ledger.Fact(
            approved.getVersion(),
            Ledger.APPROVED,
            approval.getActor(),
            approval.getReason(),
            evidence(approved)));
    return approved;
  }

  static Optional<Pending> approved(
      Database.Session session, String key, ModelVersion version, String kind) {
    return find(session, key, version, kind, " AND approved_by <> ''");
  }

  /** One that nobody has to approve. */
  static Optional<Pending> open(
      Database.Session session, String key, ModelVersion version, String kind) {
    return find(session, key, version, kind, "");
  }

  private static Optional<Pending> find(
      Database.Session session, String key, ModelVersion version, String kind, String more) {
    RowSet<Row> rows =
        session.run(
            "SELECT id, requested_by, approved_by FROM registry.promotion_request WHERE kind = $1"
                + " AND model = $2 AND version = $3 AND digest = $4 AND NOT used"
                + " AND expires_at > clock_timestamp()"
                + more
                + " ORDER BY id LIMIT 1",
            kind,
            key,
            RequestChecks.version("version", version.getVersion()),
            version.getDigest());
    if (rows.size() == 0) {
      return Optional.empty();
    }
    Row row = rows.iterator().next();
    return Optional.of(new Pending(row.getLong(0), row.getString(1), row.getString(2)));
  }

  /** So that one approval is good for one promotion. */
  static void use(Database.Session session, List<Long> ids) {
    for (long id : ids) {
      session.run("UPDATE registry.promotion_request SET used = true WHERE id = $1", id);
    }
  }

  private static PendingPromotion get(Database.Session session, long id) {
    RowSet<Row> rows =
        session.run(
            "SELECT r.id, m.title, r.version, r.digest, r.requested_by, r.approved_by, r.expires_at"
                + " FROM registry.promotion_request r JOIN registry.model m ON m.name = r.model"
                + " WHERE r.id = $1 AND m.title IS NOT NULL",
            id);
    if (rows.size() == 0) {
      throw RegistryException.notFound(
          "There is no promotion request %d; ./neo model history shows those that there are"
              .formatted(id));
    }
    Row row = rows.iterator().next();
    return PendingPromotion.newBuilder()
        .setId(row.getLong(0))
        .setModel(row.getString(1))
        .setVersion(Integer.toString(row.getInteger(2)))
        .setDigest(row.getString(3))
        .setRequestedBy(row.getString(4))
        .setApprovedBy(row.getString(5))
        .setExpiresAt(row.getOffsetDateTime(6).toInstant().toString())
        .build();
  }

  private static boolean samePerson(String one, String other) {
    return one.strip().toLowerCase(Locale.ROOT).equals(other.strip().toLowerCase(Locale.ROOT));
  }

  private static String evidence(PendingPromotion pending) {
    return new JsonObject()
        .put("request", pending.getId())
        .put("digest", pending.getDigest())
        .put("requested_by", pending.getRequestedBy())
        .put("approved_by", pending.getApprovedBy())
        .put("expires_at", pending.getExpiresAt())
        .encode();
  }
}
