package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkEngine;
import java.util.Optional;

/**
 * What the learner stands on: the champion that serves, the learner's copy of its weights, and the
 * watch over a new champion. Follows the champion wherever operators and gates move it. One thread.
 */
final class Footing implements AutoCloseable {
  private final LearningSettings settings;
  private final ModelDesk desk;
  private final NetworkEngine networks = new NetworkEngine();

  private Optional<ServableModel> champion = Optional.empty();
  private Optional<ServableModel> before = Optional.empty();
  private Optional<RollbackWatch> watch = Optional.empty();
  private Optional<LearningCopy> copy = Optional.empty();
  private String note = "there is no champion";

  Footing(LearningSettings settings, ModelDesk desk) {
    this.settings = settings;
    this.desk = desk;
  }

  /** True when the champion is another than at the last call; then the copy is a new one too. */
  boolean follow() {
    Optional<ServableModel> serving = desk.champion();
    if (serving
        .map(ServableModel::artifact)
        .map(Footing::name)
        .equals(champion.map(ServableModel::artifact).map(Footing::name))) {
      return false;
    }
    Optional<ServableModel> next = serving.map(this::own);
    rebase(next); // first, so that a registry that is away leaves all as it was, to be tried again
    boolean back = next.isPresent() && before.isPresent() && sameVersion(next.get(), before.get());
    // A step back is the cure; only a step forward is watched.
    before = back ? Optional.empty() : champion;
    watch =
        before
            .filter(old -> next.isPresent() && old.features() == next.get().features())
            .map(
                old ->
                    new RollbackWatch(old, settings.evaluationWindow(), settings.rollbackMargin()));
    champion = next;
    return true;
  }

  Optional<ServableModel> champion() {
    return champion;
  }

  String championVersion() {
    return champion.map(serving -> serving.artifact().version()).orElse("");
  }

  Optional<LearningCopy> copy() {
    return copy;
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
    return note;
  }

  @Override
  public void close() {
    copy.ifPresent(LearningCopy::close);
    copy = Optional.empty();
  }

  private void rebase(Optional<ServableModel> next) {
    if (next.isEmpty()) {
      drop("there is no champion");
      return;
    }
    ModelArtifact artifact = next.get().artifact();
    Optional<DirectionNetwork> network = ModelDesk.networkIn(artifact);
    if (network.isPresent()) {
      note = "";
      stand(new ModelDesk.NetworkVersion(artifact.version(), network.get()));
      return;
    }
    String foreign = "champion " + artifact.version() + " is " + artifact.format();
    if (copy.isPresent() && fits(copy.get().base(), next.get())) {
      copy.get().reset();
      note = foreign + "; learning goes on from network version " + copy.get().version();
      return;
    }
    Optional<ModelDesk.NetworkVersion> ancestor =
        desk.ancestor(artifact.version()).filter(found -> fits(found.network(), next.get()));
    if (ancestor.isPresent()) {
      stand(ancestor.get());
      note = foreign + "; learning goes on from its ancestor, version " + ancestor.get().version();
    } else {
      drop(foreign + " and has no ancestor that is a network of its feature set");
    }
  }

  private void stand(ModelDesk.NetworkVersion on) {
    copy.ifPresent(LearningCopy::close);
    copy = Optional.of(new LearningCopy(settings, on.version(), on.network()));
  }

  private void drop(String why) {
    copy.ifPresent(LearningCopy::close);
    copy = Optional.empty();
    note = why;
  }

  private static boolean fits(DirectionNetwork network, ServableModel serving) {
    return network.provenance().featureSetId().equals(serving.artifact().featureSetId())
        && network.shape().features() == serving.features();
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

  private static boolean sameVersion(ServableModel one, ServableModel other) {
    return name(one.artifact()).equals(name(other.artifact()));
  }

  private static String name(ModelArtifact artifact) {
    return artifact.version() + " " + artifact.digest();
  }
}
