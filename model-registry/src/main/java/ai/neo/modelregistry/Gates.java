package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.GateSettings;
import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.modelregistry.gates.SequentialTest;
import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.registry.v1.ArtifactSignature;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.GateResult;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.signing.Statements;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Asks every configured gate whether a version may become champion; changes nothing. */
final class Gates {
  static final String TRUSTED_SIGNER = "trusted-signer";

  private final RegistryPolicy policy;
  private final Evaluations evaluations;

  Gates(RegistryPolicy policy) {
    this.policy = policy;
    this.evaluations = new Evaluations(policy);
  }

  /** A version by the name that its model has now. */
  record Candidate(String model, String version) {}

  /**
   * What the gates said.
   *
   * @param passed every gate, or all that did not are waived
   * @param used ids of the approval and the waiver that it rests on
   */
  record Verdict(List<GateResult> results, boolean passed, List<Long> used) {}

  Verdict judge(Database.Session session, Ledger.LockedModel model, Candidate candidate) {
    int number = RequestChecks.version("version", candidate.version());
    ModelVersion version = Versions.get(session, model.name(), number);
    List<GateResult> results = new ArrayList<>(trustedSigner(version));
    List<Long> used = new ArrayList<>();
    Optional<String> champion = reference(session, model.name());
    boolean force = true;
    for (GateSettings settings : settings(model, candidate.model())) {
      force &= settings.allowForce();
      if (champion.isEmpty() && !settings.gateFirst()) {
        continue;
      }
      results.addAll(evaluated(session, model.name(), version, settings));
      settings
          .sequentialTest()
          .ifPresent(
              test ->
                  champion.ifPresent(
                      than ->
                          results.add(
                              better(session, model.name(), version, than, settings, test))));
      if (settings.secondPerson()) {
        Optional<PromotionRequests.Pending> approved =
            PromotionRequests.approved(session, model.name(), version, PromotionRequests.REQUEST);
        approved.ifPresent(request -> used.add(request.id()));
        results.add(secondPerson(approved));
      }
    }
    boolean passed = results.stream().allMatch(GateResult::getPassed);
    if (!passed && force && onlyWaivable(results)) {
      Optional<PromotionRequests.Pending> waiver = waiver(session, model, version, candidate);
      waiver.ifPresent(given -> used.add(given.id()));
      passed = waiver.isPresent();
    }
    return new Verdict(List.copyOf(results), passed, List.copyOf(used));
  }

  /** A model is known by its name now and by its first: renaming it leads around no gate. */
  Set<GateSettings> settings(Ledger.LockedModel model, String title) {
    String first = model.name().replaceFirst("~[0-9]+$", "");
    Set<GateSettings> settings = new LinkedHashSet<>();
    settings.add(policy.gates(title));
    settings.add(policy.gates(first));
    return settings;
  }

  private Optional<PromotionRequests.Pending> waiver(
      Database.Session session,
      Ledger.LockedModel model,
      ModelVersion version,
      Candidate candidate) {
    boolean second =
        settings(model, candidate.model()).stream().anyMatch(GateSettings::secondPerson);
    return second
        ? PromotionRequests.approved(session, model.name(), version, PromotionRequests.WAIVER)
        : PromotionRequests.open(session, model.name(), version, PromotionRequests.WAIVER);
  }

  /** A program of a stranger stays one, whatever reason somebody gives. */
  private static boolean onlyWaivable(List<GateResult> results) {
    return results.stream()
        .filter(result -> !result.getPassed())
        .noneMatch(result -> result.getGate().equals(TRUSTED_SIGNER));
  }

  /** The champion, or the last one where the alias was taken away; empty when there never was. */
  private static Optional<String> reference(Database.Session session, String key) {
    return Aliases.target(session, key, ModelRegistry.CHAMPION).stream()
        .mapToObj(Integer::toString)
        .findFirst()
        .or(
            () ->
                Ledger.lastMove(session, key, ModelRegistry.CHAMPION, Optional.empty())
                    .map(move -> move.version().isEmpty() ? move.previous() : move.version())
                    .filter(version -> !version.isEmpty()));
  }

  private List<GateResult> trustedSigner(ModelVersion version) {
    if (!policy.signedTorchScript()
        || !version.getFormat().equals(ArtifactFormat.TORCHSCRIPT.wireName())) {
      return List.of();
    }
    byte[] statement = Statements.ofArtifact(version.getDigest());
    List<String> signers = new ArrayList<>();
    for (ArtifactSignature signature : version.getSignaturesList()) {
      policy
          .signer(signature.getKeyId())
          .filter(
              key -> key.getValue().hasSigned(statement, signature.getSignature().toByteArray()))
          .map(Map.Entry::getKey)
          .ifPresent(signers::add);
    }
    return List.of(
        result(
            TRUSTED_SIGNER,
            !signers.isEmpty(),
            "TorchScript is signed by a configured signer",
            signers.isEmpty() ? "no such signature" : "signed by " + String.join(", ", signers)));
  }

  private List<GateResult> evaluated(
      Database.Session session, String key, ModelVersion version, GateSettings settings) {
    List<GateResult> results = new ArrayList<>();
    if (!settings.signedEvaluation() && settings.minimumSamples() == 0) {
      return results;
    }
    List<Evaluation> counted =
        evaluations.counted(session, key, number(version), settings.signedEvaluation());
    if (settings.signedEvaluation()) {
      results.add(
          result(
              "signed-evaluation",
              !counted.isEmpty(),
              "at least 1 evaluation signed by a configured evaluator",
              counted.size() + " such"));
    }
    if (settings.minimumSamples() > 0) {
      long samples =
          counted.stream()
              .collect(
                  java.util.stream.Collectors.toMap(
                      Evaluation::getDatasetDigest, Evaluation::getSamples, Math::max))
              .values()
              .stream()
              .mapToLong(Long::longValue)
              .sum();
      results.add(
          result(
              "minimum-samples",
              samples >= settings.minimumSamples(),
              settings.minimumSamples() + " samples",
              samples + " samples"));
    }
    return results;
  }

  private GateResult better(
      Database.Session session,
      String key,
      ModelVersion version,
      String champion,
      GateSettings settings,
      GateSettings.Sequential limits) {
    String digest = digest(session, key, champion);
    SequentialTest test = new SequentialTest(limits.alpha(), limits.bound());
    for (Evaluation evaluation :
        evaluations.counted(session, key, number(version), settings.signedEvaluation())) {
      if (evaluation.getChampionDigest().equals(digest)) {
        for (int i = 0; i < evaluation.getCandidateOutcomesCount(); i++) {
          test.observe(evaluation.getCandidateOutcomes(i), evaluation.getChampionOutcomes(i));
        }
      }
    }
    return result(
        "sequential-test",
        test.passed(),
        String.format(
            Locale.ROOT,
            "evidence of %.4g against 'no better than version %s' (alpha %.4g, bound %.4g)",
            test.needed(),
            champion,
            limits.alpha(),
            limits.bound()),
        String.format(Locale.ROOT, "%.4g after %d pairs", test.evidence(), test.pairs()));
  }

  private static GateResult secondPerson(Optional<PromotionRequests.Pending> approved) {
    return result(
        "second-person",
        approved.isPresent(),
        "requested by one person and approved by another",
        approved
            .map(
                request ->
                    "request %d of %s, approved by %s"
                        .formatted(request.id(), request.requestedBy(), request.approvedBy()))
            .orElse("no approved request that is still valid"));
  }

  private static String digest(Database.Session session, String key, String version) {
    return session
        .run(
            "SELECT digest FROM registry.version WHERE model = $1 AND version::text = $2",
            key,
            version)
        .iterator()
        .next()
        .getString(0);
  }

  private static int number(ModelVersion version) {
    return RequestChecks.version("version", version.getVersion());
  }

  private static GateResult result(String gate, boolean passed, String limit, String observed) {
    return GateResult.newBuilder()
        .setGate(gate)
        .setPassed(passed)
        .setLimit(limit)
        .setObserved(observed)
        .build();
  }
}
