package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.GatewayVersion;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.network.NetworkFormat;
import ai.neo.modelgateway.network.ServedNetwork;
import ai.neo.modelgateway.network.Standardisation;
import ai.neo.modelgateway.network.UnreadableNetworkException;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.registry.v1.GoldenRow;
import ai.neo.proto.registry.v1.GoldenRows;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.common.primitives.Floats;
import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What the learner of one model asks of the catalog and the registry, in its own words. Calls block
 * on the registry; a {@link ai.neo.modelgateway.serving.RegistryException} passes through.
 */
final class ModelDesk {
  /** A lineage longer than this ends the search: a bound on registry calls, not on lineages. */
  private static final int MAX_ANCESTORS = 1000;

  /** Each costs one answer, when it is made and whenever the version is loaded. */
  private static final int GOLDEN_ROWS = 4;

  private static final long GOLDEN_SEED = 0x676f6c64;

  private final String model;
  private final ServingCatalog catalog;
  private final VersionRegistry registry;

  ModelDesk(String model, ServingCatalog catalog, VersionRegistry registry) {
    this.model = model;
    this.catalog = catalog;
    this.registry = registry;
  }

  /** A network and the version that it is registered as. */
  record NetworkVersion(String version, String digest, DirectionNetwork network) {}

  /**
   * The rows that a version was trained on.
   *
   * @param manifest what they were made from, as whoever sent them says
   * @param digest SHA-256 of the rows themselves, hexadecimal
   */
  record Dataset(String manifest, String digest) {
    /** What matured while a champion served; the journal's offset says which. */
    static final Dataset OUTCOMES = new Dataset("", "");
  }

  /**
   * A version to be registered.
   *
   * @param parent version that it was learned from, empty for a root
   * @param journalSequence last record of the learner's journal that it comes of; 0 without one
   */
  record Proposal(
      DirectionNetwork network,
      String parent,
      String data,
      Map<String, Double> metrics,
      String actor,
      Dataset dataset,
      long journalSequence) {

    /** Of a network that no journal led to. */
    Proposal(
        DirectionNetwork network,
        String parent,
        String data,
        Map<String, Double> metrics,
        String actor) {
      this(network, parent, data, metrics, actor, Dataset.OUTCOMES, 0);
    }
  }

  Optional<ServableModel> champion() {
    return catalog.champion(model);
  }

  long epoch() {
    return catalog.epoch(model);
  }

  /** The artifact's network; empty when it is of another format or no readable network. */
  static Optional<DirectionNetwork> networkIn(ModelArtifact artifact) {
    if (!artifact.format().equals(DirectionNetwork.FORMAT)) {
      return Optional.empty();
    }
    try {
      return Optional.of(NetworkFormat.read(artifact.content()));
    } catch (UnreadableNetworkException e) {
      return Optional.empty(); // the catalog refuses such a version; nothing to learn from here
    }
  }

  /** The nearest ancestor of a version that is a network; empty when there is none. */
  Optional<NetworkVersion> ancestor(String version) {
    List<ModelVersion> versions = registry.list(model);
    String wanted = version;
    for (int i = 0; i < MAX_ANCESTORS && !wanted.isEmpty(); i++) {
      String name = wanted;
      Optional<ModelVersion> found =
          versions.stream().filter(v -> v.getVersion().equals(name)).findFirst();
      if (found.isPresent() && found.get().getFormat().equals(DirectionNetwork.FORMAT)) {
        return fetch(name);
      }
      wanted = found.map(ModelVersion::getParentVersion).orElse("");
    }
    return Optional.empty();
  }

  /** All versions of the model, newest first. */
  List<ModelVersion> versions() {
    return registry.list(model);
  }

  /** A version's network; empty when there is none with that digest, or it is no network. */
  Optional<NetworkVersion> network(String version, String digest) {
    return fetch(version).filter(found -> found.digest().equals(digest));
  }

  /** A version that is a network, to be asked; empty when it cannot be had. */
  Optional<ServableModel> load(String version) {
    try {
      return Optional.of(new NetworkEngine().load(registry.fetch(model, version)));
    } catch (ModelRefusedException e) {
      return Optional.empty();
    }
  }

  /** SHA-256 of the artifact that {@link #register} would store. */
  static String digest(DirectionNetwork network) {
    return sha256(NetworkFormat.write(network));
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Registers; the same network of the same parent is registered once. */
  ModelVersion registerOnce(Proposal proposal, String reason) {
    String digest = digest(proposal.network());
    Optional<ModelVersion> before =
        registry.list(model).stream()
            .filter(v -> v.getDigest().equals(digest))
            .filter(v -> v.getParentVersion().equals(proposal.parent()))
            .findFirst();
    return before.isPresent() ? before.get() : register(proposal, reason);
  }

  ModelVersion register(Proposal proposal, String reason) {
    RegisterRequest.Builder request =
        RegisterRequest.newBuilder()
            .setModel(model)
            .setArtifact(ByteString.copyFrom(NetworkFormat.write(proposal.network())))
            .setFormat(DirectionNetwork.FORMAT)
            .setFeatureSetId(proposal.network().provenance().featureSetId())
            .setParentVersion(proposal.parent())
            .setDataDescription(proposal.data())
            .putAllMetrics(proposal.metrics())
            .setActor(proposal.actor())
            .setReason(reason)
            .setGoldenRows(goldenRows(proposal.network()));
    request
        .getLineageBuilder()
        .setDatasetManifest(proposal.dataset().manifest())
        .setDatasetDigest(proposal.dataset().digest())
        .setCode(
            "neo %s, %s"
                .formatted(GatewayVersion.read(), proposal.network().provenance().engine()));
    if (proposal.journalSequence() > 0) {
      request.getLineageBuilder().setLearnerJournalOffset(proposal.journalSequence());
    }
    return registry.register(request.build());
  }

  /** What the network answers here, to rows drawn around those that it was trained on. */
  private static GoldenRows goldenRows(DirectionNetwork network) {
    Standardisation scaling = network.standardisation();
    SplittableRandom random = new SplittableRandom(GOLDEN_SEED);
    GoldenRows.Builder golden = GoldenRows.newBuilder();
    for (int i = 0; i < GOLDEN_ROWS; i++) {
      float[] row = scaling.draw(random);
      float[] p = ServedNetwork.answers(network, row, 1).actionProbabilities();
      golden.addRows(
          GoldenRow.newBuilder()
              .addAllFeatures(Floats.asList(row))
              .addAllActionProbabilities(Floats.asList(p)));
    }
    return golden.build();
  }

  SwapReceipt promote(String version, String expected, String actor, String reason)
      throws ModelRefusedException {
    return catalog.promote(model, version, expected, actor, reason);
  }

  SwapReceipt rollback(String actor, String reason) throws ModelRefusedException {
    return catalog.rollback(model, actor, reason);
  }

  /** Adds to the ledger. */
  void record(String version, String action, String actor, String reason, String evidence) {
    registry.record(
        RecordRequest.newBuilder()
            .setModel(model)
            .setVersion(version)
            .setAction(action)
            .setActor(actor)
            .setReason(reason)
            .setEvidenceJson(evidence)
            .build());
  }

  /** Tells all watchers of a change that is not a swap; swaps are told by the catalog. */
  ModelChange announce(
      ModelChange.Kind kind, ModelVersion version, String previous, String reason) {
    ModelChange change =
        ModelChange.newBuilder()
            .setKind(kind)
            .setModel(model)
            .setVersion(version.getVersion())
            .setDigest(version.getDigest())
            .setPreviousVersion(previous)
            .setEpoch(epoch())
            .setReason(reason)
            .setFeatureSetId(version.getFeatureSetId())
            .build();
    catalog.announce(change);
    return change;
  }

  /** A swap that the catalog carried out, as watchers are told of it. */
  ModelChange swapped(ModelChange.Kind kind, SwapReceipt receipt, String reason) {
    String featureSet = champion().map(serving -> serving.artifact().featureSetId()).orElse("");
    return ModelChange.newBuilder()
        .setKind(kind)
        .setModel(model)
        .setVersion(receipt.getToVersion())
        .setDigest(receipt.getToDigest())
        .setPreviousVersion(receipt.getFromVersion())
        .setEpoch(receipt.getEpoch())
        .setReason(reason)
        .setFeatureSetId(featureSet)
        .build();
  }

  private Optional<NetworkVersion> fetch(String version) {
    try {
      ModelArtifact artifact = registry.fetch(model, version);
      return networkIn(artifact)
          .map(network -> new NetworkVersion(version, artifact.digest(), network));
    } catch (ModelRefusedException e) {
      return Optional.empty(); // listed a moment ago, gone now: as if it had never been a parent
    }
  }
}
