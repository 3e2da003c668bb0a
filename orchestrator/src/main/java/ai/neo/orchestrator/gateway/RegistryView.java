package ai.neo.orchestrator.gateway;

import ai.neo.proto.learning.v1.FreezeRequest;
import ai.neo.proto.learning.v1.GetLastSwapRequest;
import ai.neo.proto.learning.v1.GetLearnerStatusRequest;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.ReplayLearningRequest;
import ai.neo.proto.learning.v1.ReplayLearningResponse;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.RoutingServiceGrpc;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.Lineage;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One model's versions and history, and the calls by which a person changes them. */
public final class RegistryView {
  private static final long SECONDS = 20;

  /** A journal of millions of samples is learned again within it. */
  private static final long REPLAY_SECONDS = 600;

  private final Channel channel;
  private final String model;

  public RegistryView(Channel channel, String model) {
    this.channel = channel;
    this.model = model;
  }

  private RegistryServiceGrpc.RegistryServiceBlockingStub registry() {
    return RegistryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private LearningServiceGrpc.LearningServiceBlockingStub learning() {
    return LearningServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  /** Whether a version serves. */
  public boolean hasChampion() {
    try {
      registry().getAlias(AliasName.newBuilder().setModel(model).setAlias("champion").build());
      return true;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /** Versions and history; an empty list of each while the model tier is away or has none. */
  public JsonObject jsonOrAway() {
    try {
      return json();
    } catch (StatusRuntimeException e) {
      return new JsonObject()
          .put("items", new JsonArray())
          .put("history", new JsonArray())
          .put("away", e.getStatus().getCode().name());
    }
  }

  /**
   * Versions and history.
   *
   * @throws StatusRuntimeException as the registry says it: it is away, or knows no such model
   */
  public JsonObject json() {
    JsonArray items = versions();
    HistoryResponse ledger = ledger();
    JsonArray history = new JsonArray();
    ledger.getEntriesList().forEach(entry -> history.add(entry(entry)));
    return new JsonObject()
        .put("items", items)
        .put("history", history)
        .put("chain_intact", ledger.getChainIntact())
        .putNull("next");
  }

  /** All versions, newest first. */
  public JsonArray versions() {
    JsonArray items = new JsonArray();
    registry()
        .listVersions(ListVersionsRequest.newBuilder().setModel(model).build())
        .getVersionsList()
        .forEach(version -> items.add(version(version)));
    return items;
  }

  /**
   * One version.
   *
   * @param number empty for the champion
   */
  public JsonObject version(String number) {
    String wanted =
        number.isEmpty()
            ? registry()
                .getAlias(AliasName.newBuilder().setModel(model).setAlias("champion").build())
                .getVersion()
            : number;
    return version(
        registry().getVersion(VersionName.newBuilder().setModel(model).setVersion(wanted).build()));
  }

  /** The ledger with its evidence, and which promotions wait for a second person now. */
  public JsonObject history(Instant now) {
    HistoryResponse ledger = ledger();
    JsonArray items = new JsonArray();
    for (LedgerEntry entry : ledger.getEntriesList()) {
      items.add(entry(entry).put("evidence", evidence(entry)));
    }
    return new JsonObject()
        .put("items", items)
        .put("waiting", WaitingPromotions.of(ledger.getEntriesList(), now))
        .put("chain_intact", ledger.getChainIntact());
  }

  private HistoryResponse ledger() {
    return registry().history(HistoryRequest.newBuilder().setModel(model).build());
  }

  /** The ledger takes nothing but JSON; what is there from elsewhere is told as it is. */
  private static Object evidence(LedgerEntry entry) {
    String text = entry.getEvidenceJson();
    try {
      return text.isEmpty() ? new JsonObject() : Json.decodeValue(text);
    } catch (DecodeException e) {
      return text;
    }
  }

  private static JsonObject version(ModelVersion version) {
    JsonObject metrics = new JsonObject();
    version.getMetricsMap().forEach(metrics::put);
    return new JsonObject()
        .put("model", version.getModel())
        .put("version", version.getVersion())
        .put("digest", version.getDigest())
        .put("format", version.getFormat())
        .put("feature_set_id", version.getFeatureSetId())
        .put("parent_version", version.getParentVersion())
        .put("data", version.getDataDescription())
        .put("created_at", version.getCreatedAt())
        .put("created_by", version.getCreatedBy())
        .put("size_bytes", version.getSizeBytes())
        .put("aliases", new JsonArray(version.getAliasesList().stream().toList()))
        .put("metrics", metrics)
        .put("golden_rows", version.getGoldenRows().getRowsCount())
        .put("lineage", lineage(version));
  }

  private static JsonObject lineage(ModelVersion version) {
    Lineage from = version.getLineage();
    JsonObject lineage =
        new JsonObject()
            .put("parent_version", version.getParentVersion())
            .put("feature_set_id", version.getFeatureSetId())
            .put("dataset_manifest", from.getDatasetManifest())
            .put("dataset_digest", from.getDatasetDigest())
            .put("code", from.getCode());
    return from.hasLearnerJournalOffset()
        ? lineage.put("learner_journal_offset", from.getLearnerJournalOffset())
        : lineage;
  }

  private static JsonObject entry(LedgerEntry entry) {
    return new JsonObject()
        .put("sequence", entry.getSequence())
        .put("time", entry.getTime())
        .put("version", entry.getVersion())
        .put("action", entry.getAction())
        .put("actor", entry.getActor())
        .put("reason", entry.getReason())
        .put("hash", entry.getHash());
  }

  /**
   * Registers a file as the next version.
   *
   * @param registration with everything but the model's name
   */
  public JsonObject push(RegisterRequest registration) {
    return version(registry().register(registration.toBuilder().setModel(model).build()));
  }

  /** Makes a version the champion. */
  public JsonObject promote(String version, String actor, String reason) {
    return promote(version, "", actor, reason);
  }

  /**
   * Makes a version the champion.
   *
   * @param expected the champion that it replaces, else nothing is done; empty for whichever it is
   */
  public JsonObject promote(String version, String expected, String actor, String reason) {
    PromoteRequest request =
        PromoteRequest.newBuilder()
            .setModel(model)
            .setVersion(version)
            .setExpectedChampion(expected)
            .setActor(actor)
            .setReason(reason)
            .build();
    try {
      return receipt(learning().promote(request));
    } catch (StatusRuntimeException e) {
      boolean refused = e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION;
      throw refused ? missing(version).orElse(e) : e;
    }
  }

  /** A gateway calls a version that is not there a refusal, as it does one that may not serve. */
  private Optional<StatusRuntimeException> missing(String version) {
    try {
      registry().getVersion(VersionName.newBuilder().setModel(model).setVersion(version).build());
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      boolean missing = code == Status.Code.NOT_FOUND || code == Status.Code.INVALID_ARGUMENT;
      return missing ? Optional.of(e) : Optional.empty();
    }
  }

  /** Makes the previous champion the champion again. */
  public JsonObject rollback(String actor, String reason) {
    return receipt(
        learning()
            .rollback(
                RollbackRequest.newBuilder()
                    .setModel(model)
                    .setActor(actor)
                    .setReason(reason)
                    .build()));
  }

  /**
   * The last change of the champion with the latencies before and since; empty when the gateway has
   * made none, or where a registry without a gateway is asked.
   */
  public Optional<JsonObject> lastSwap() {
    try {
      SwapReceipt last =
          RoutingServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
              .getLastSwap(GetLastSwapRequest.newBuilder().setModel(model).build());
      return Optional.of(
          receipt(last)
              .put("p99_after_ns", last.getP99AfterNs())
              .put("requests_after", last.getRequestsAfter()));
    } catch (StatusRuntimeException e) {
      return switch (e.getStatus().getCode()) {
        case NOT_FOUND, UNIMPLEMENTED -> Optional.empty();
        default -> throw e;
      };
    }
  }

  /** Stops the learner, or lets it go on; gives what {@link #learner} gives. */
  public JsonObject freeze(boolean frozen, String actor, String reason) {
    return learner(
        learning()
            .freeze(
                FreezeRequest.newBuilder()
                    .setModel(model)
                    .setFrozen(frozen)
                    .setActor(actor)
                    .setReason(reason)
                    .build()));
  }

  /** What the learner has done, and whether it stands still. */
  public JsonObject learner() {
    return learner(
        learning().getLearnerStatus(GetLearnerStatusRequest.newBuilder().setModel(model).build()));
  }

  /** Has the learner's journal learned again and compared. */
  public JsonObject replayLearning() {
    ReplayLearningResponse replay =
        LearningServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(REPLAY_SECONDS, TimeUnit.SECONDS)
            .replayLearning(ReplayLearningRequest.newBuilder().setModel(model).build());
    return new JsonObject()
        .put("identical", replay.getIdentical())
        .put("difference", replay.getDifference())
        .put("first_sequence", replay.getFirstSequence())
        .put("last_sequence", replay.getLastSequence())
        .put("updates", replay.getUpdates())
        .put("snapshots", replay.getSnapshots())
        .put("recorded_on", new JsonArray(replay.getRecordedOnList().stream().toList()))
        .put("replayed_on", replay.getReplayedOn());
  }

  private static JsonObject learner(LearnerStatus status) {
    return new JsonObject()
        .put("model", status.getModel())
        .put("frozen", status.getFrozen())
        .put("reason", status.getFrozenReason())
        .put("base_version", status.getBaseVersion())
        .put("learned", status.getLearned())
        .put("updates", status.getUpdates())
        .put("shortened_steps", status.getShortenedSteps())
        .put("refused_steps", status.getRefusedSteps())
        .put("candidates", status.getCandidates())
        .put("promotions", status.getPromotions())
        .put("rollbacks", status.getRollbacks())
        .put("recent_loss", status.getRecentLoss())
        .put("excess_loss", status.getExcessLoss())
        .put("drift", status.getDrift())
        .put("duplicates", status.getDuplicates())
        .put("refused", status.getRefused())
        .put("late", status.getLate())
        .put("unknown", status.getUnknown())
        .put("foreign", status.getForeign())
        .put("dead_letters", status.getDeadLetters())
        .put("journal_sequence", status.getJournalSequence())
        .put("journal_bytes", status.getJournalBytes())
        .put("engine", status.getEngine())
        .put("cpu", status.getCpu());
  }

  private static JsonObject receipt(SwapReceipt receipt) {
    return new JsonObject()
        .put("model", receipt.getModel())
        .put("from_version", receipt.getFromVersion())
        .put("to_version", receipt.getToVersion())
        .put("digest", receipt.getToDigest())
        .put("epoch", receipt.getEpoch())
        .put("load_ns", receipt.getLoadNs())
        .put("warm_ns", receipt.getWarmNs())
        .put("swap_ns", receipt.getSwapNs())
        .put("recorded_rows", receipt.getRecordedRows())
        .put("p99_before_ns", receipt.getP99BeforeNs())
        .put("requests_before", receipt.getRequestsBefore());
  }
}
