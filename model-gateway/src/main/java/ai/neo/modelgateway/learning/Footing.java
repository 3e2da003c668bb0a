package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.proto.learning.v1.FootingTaken;
import ai.neo.proto.learning.v1.WatchImage;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the learner stands: the champion that serves, the network that is learned on, and the watch
 * over a new champion. Follows the champion wherever operators and gates move it. One thread.
 */
final class Footing implements LearnerState.Networks {
  private static final Logger LOG = LoggerFactory.getLogger(Footing.class);

  private final LearningSettings settings;
  private final ModelDesk desk;
  private final NetworkEngine networks = new NetworkEngine();

  private Optional<ServableModel> champion = Optional.empty();
  private Optional<RollbackWatch> watch = Optional.empty();
  private Optional<ModelDesk.NetworkVersion> known = Optional.empty();
  private FootingTaken taken = FootingTaken.newBuilder().setNote("there is no champion").build();

  Footing(LearningSettings settings, ModelDesk desk) {
    this.settings = settings;
    this.desk = desk;
  }

  /**
   * Where to stand when the champion is another than the last that was taken; else empty. A
   * registry that is away throws and leaves all as it was, to be tried again.
   */
  Optional<FootingTaken> look() {
    Optional<ServableModel> serving = desk.champion();
    String version = serving.map(model -> model.artifact().version()).orElse("");
    String digest = serving.map(model -> model.artifact().digest()).orElse("");
    if (version.equals(taken.getChampionVersion()) && digest.equals(taken.getChampionDigest())) {
      return Optional.empty();
    }
    FootingTaken.Builder next =
        FootingTaken.newBuilder().setChampionVersion(version).setChampionDigest(digest);
    if (serving.isEmpty()) {
      next.setNote("there is no champion");
    } else {
      stand(serving.get(), next);
    }
    // A step back is the cure; only a step forward is watched.
    boolean back = !version.isEmpty() && version.equals(taken.getBeforeVersion());
    return Optional.of(next.setBeforeVersion(back ? "" : taken.getChampionVersion()).build());
  }

  /** Stands where {@link #look} has said. */
  void take(FootingTaken next) {
    Optional<ServableModel> before =
        next.getBeforeVersion().isEmpty() ? Optional.empty() : champion;
    champion = desk.champion().map(this::own);
    watch = watch(before);
    taken = next;
  }

  /** Stands where a journal left off, as far as the versions can still be had. */
  void restore(FootingTaken last, WatchImage watched) {
    taken = last;
    champion =
        desk.champion()
            .filter(serving -> serving.artifact().digest().equals(last.getChampionDigest()))
            .map(this::own)
            .or(() -> loaded(last.getChampionVersion()));
    watch = watch(loaded(last.getBeforeVersion()));
    watch.ifPresent(on -> on.read(watched));
    if (watch.isEmpty() && !last.getBeforeVersion().isEmpty()) {
      LOG.warn(
          "champion={} is not watched any more: predecessor {} cannot be had",
          last.getChampionVersion(),
          last.getBeforeVersion());
    }
  }

  /** The network that was looked at last, without asking; any other from the registry. */
  @Override
  public DirectionNetwork network(String version, String digest) {
    if (known.isEmpty()
        || !known.get().version().equals(version)
        || !known.get().digest().equals(digest)) {
      known = desk.network(version, digest);
    }
    return known
        .map(ModelDesk.NetworkVersion::network)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the registry has no version "
                        + version
                        + " with digest "
                        + digest
                        + ", on which the journal was learned: they do not belong together"));
  }

  Optional<ServableModel> champion() {
    return champion;
  }

  /** Whether the champion that was taken still serves. */
  boolean isCurrent() {
    return desk.champion()
        .filter(serving -> serving.artifact().digest().equals(taken.getChampionDigest()))
        .isPresent();
  }

  String championVersion() {
    return champion.map(serving -> serving.artifact().version()).orElse("");
  }

  Optional<RollbackWatch> watch() {
    return watch;
  }

  /** Whether a new champion has still to show that it is no worse than its predecessor. */
  boolean onProbation() {
    return watch.isPresent() && !watch.get().isFull();
  }

  /** The watch has nothing to say any more. */
  void endWatch() {
    watch = Optional.empty();
  }

  /** Why the learner does not stand on the champion itself; empty when it does. */
  String note() {
    return taken.getNote();
  }

  private Optional<RollbackWatch> watch(Optional<ServableModel> before) {
    return before
        .filter(old -> champion.isPresent() && old.features() == champion.get().features())
        .map(old -> new RollbackWatch(old, settings.evaluationWindow(), settings.rollbackMargin()));
  }

  private void stand(ServableModel serving, FootingTaken.Builder next) {
    ModelArtifact artifact = serving.artifact();
    Optional<DirectionNetwork> network = ModelDesk.networkIn(artifact);
    if (network.isPresent()) {
      known =
          Optional.of(
              new ModelDesk.NetworkVersion(artifact.version(), artifact.digest(), network.get()));
      next.setBaseVersion(artifact.version()).setBaseDigest(artifact.digest());
      return;
    }
    String foreign = "champion " + artifact.version() + " is " + artifact.format();
    if (!taken.getBaseVersion().isEmpty()
        && fits(network(taken.getBaseVersion(), taken.getBaseDigest()), serving)) {
      next.setBaseVersion(taken.getBaseVersion()).setBaseDigest(taken.getBaseDigest());
      next.setNote(foreign + "; learning goes on from network version " + taken.getBaseVersion());
      return;
    }
    Optional<ModelDesk.NetworkVersion> ancestor =
        desk.ancestor(artifact.version()).filter(found -> fits(found.network(), serving));
    if (ancestor.isPresent()) {
      known = ancestor;
      next.setBaseVersion(ancestor.get().version()).setBaseDigest(ancestor.get().digest());
      next.setNote(
          foreign + "; learning goes on from its ancestor, version " + ancestor.get().version());
    } else {
      next.setNote(foreign + " and has no ancestor that is a network of its feature set");
    }
  }

  private static boolean fits(DirectionNetwork network, ServableModel serving) {
    return network.provenance().featureSetId().equals(serving.artifact().featureSetId())
        && network.shape().features() == serving.features();
  }

  private Optional<ServableModel> loaded(String version) {
    return version.isEmpty() ? Optional.empty() : desk.load(version);
  }

  /** A network is loaded once more, so that the catalog may close its own when it likes. */
  private ServableModel own(ServableModel serving) {
    if (!networks.reads(serving.artifact().format())) {
      return serving;
    }
    try {
      return networks.load(serving.artifact());
    } catch (ModelRefusedException e) {
      return serving; // it serves, so it was readable when the catalog loaded it
    }
  }
}
