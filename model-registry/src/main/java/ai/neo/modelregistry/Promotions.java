package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.GateReport;
import ai.neo.proto.registry.v1.GateResult;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door to a champion. Whoever promotes (a person, the learner, an MLflow client) and
 * whatever the move is called, the gates are asked here, under the lock under which the alias
 * moves, and what each of them said is in the ledger before the move is. A rollback passes: its
 * target was champion before, and it must not wait for anybody.
 */
final class Promotions {
  private static final Logger LOG = LoggerFactory.getLogger(Promotions.class);

  private final Gates gates;

  Promotions(RegistryPolicy policy) {
    this.gates = new Gates(policy);
  }

  /** What became of a move. Both are to be committed. */
  sealed interface Outcome {
    record Moved(Alias alias) implements Outcome {}

    record Refused(String message) implements Outcome {}
  }

  Outcome move(Database.Session session, MoveAliasRequest request) {
    Ledger.LockedModel model = Aliases.lockForMove(session, request);
    if (request.getAlias().equals(ModelRegistry.CHAMPION)
        && !request.getAction().equals(Ledger.ROLLBACK)) {
      Gates.Verdict verdict = gates.judge(session, model, candidate(request));
      verdict.results().forEach(result -> record(session, model, request, result, verdict));
      if (!verdict.passed()) {
        String message = refusal(request, verdict.results());
        LOG.info("promotion refused: {}", message);
        return new Outcome.Refused(message);
      }
      PromotionRequests.use(session, verdict.used());
    }
    return new Outcome.Moved(Aliases.move(session, model, request));
  }

  /** What the gates would say now, without a trace. */
  GateReport report(Database.Session session, String model, String version) {
    Ledger.LockedModel locked = Models.lock(session, model);
    Versions.requireExists(session, locked.name(), RequestChecks.version("version", version));
    return GateReport.newBuilder()
        .addAllResults(gates.judge(session, locked, new Gates.Candidate(model, version)).results())
        .build();
  }

  private static Gates.Candidate candidate(MoveAliasRequest request) {
    return new Gates.Candidate(request.getModel(), request.getVersion());
  }

  private static void record(
      Database.Session session,
      Ledger.LockedModel model,
      MoveAliasRequest request,
      GateResult result,
      Gates.Verdict verdict) {
    String action =
        result.getPassed()
            ? Ledger.GATE_PASSED
            : verdict.passed() ? Ledger.GATE_WAIVED : Ledger.GATE_REFUSED;
    Ledger.append(
        session,
        model,
        new Ledger.Fact(
            request.getVersion(),
            action,
            request.getActor(),
            text(result),
            new JsonObject()
                .put("alias", request.getAlias())
                .put("gate", result.getGate())
                .put("limit", result.getLimit())
                .put("observed", result.getObserved())
                .put("champion", request.getExpectedVersion())
                .encode()));
  }

  private static String refusal(MoveAliasRequest request, List<GateResult> results) {
    return "Version %s of model '%s' may not become %s: %s"
        .formatted(
            request.getVersion(),
            request.getModel(),
            request.getAlias(),
            results.stream()
                .filter(result -> !result.getPassed())
                .map(Promotions::text)
                .collect(Collectors.joining("; ")));
  }

  private static String text(GateResult result) {
    return "gate %s: limit %s, observed %s"
        .formatted(result.getGate(), result.getLimit(), result.getObserved());
  }
}
