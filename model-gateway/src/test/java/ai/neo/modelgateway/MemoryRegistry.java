package ai.neo.modelgateway;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A registry in memory, with the rules of the real one for the champion and for rolling back. */
public final class MemoryRegistry implements VersionRegistry {

  /** One move of the champion, as the ledger keeps it. */
  public record Move(String version, String previous, String action, String reason) {}

  private final Map<String, List<ModelArtifact>> versions = new HashMap<>();
  private final Map<String, List<Move>> moves = new HashMap<>();
  private final List<RecordRequest> records = new ArrayList<>();
  private final AtomicReference<Runnable> answered = new AtomicReference<>(() -> {});
  private final List<Change> changes = new ArrayList<>();
  private boolean away;

  /** Registers content as the next version and returns its number. */
  public synchronized String add(String model, String format, String featureSet, byte[] content) {
    return register(
            RegisterRequest.newBuilder()
                .setModel(model)
                .setFormat(format)
                .setFeatureSetId(featureSet)
                .setArtifact(ByteString.copyFrom(content))
                .build())
        .getVersion();
  }

  /** Registers content under a digest that is not its own. */
  public synchronized String addTampered(String model, String featureSet, byte[] content) {
    List<ModelArtifact> list = versions.computeIfAbsent(model, name -> new ArrayList<>());
    String version = Integer.toString(list.size() + 1);
    list.add(new ModelArtifact(model, version, sha256(new byte[0]), "onnx", featureSet, content));
    return version;
  }

  /** While away, every call fails as it does when the store is down. */
  public synchronized void setAway(boolean isAway) {
    this.away = isAway;
    notifyAll(); // whoever watches
  }

  /** What happens once, after a champion was looked up and before the caller hears of it. */
  public void whileAnAnswerIsUnderWay(Runnable happens) {
    answered.set(happens);
  }

  public synchronized List<RecordRequest> records() {
    return List.copyOf(records);
  }

  public synchronized List<Move> moves(String model) {
    return List.copyOf(moves.getOrDefault(model, List.of()));
  }

  @Override
  public synchronized ModelArtifact fetch(String model, String version)
      throws ModelRefusedException {
    requireHere();
    return versions.getOrDefault(model, List.of()).stream()
        .filter(artifact -> artifact.version().equals(version))
        .findFirst()
        .orElseThrow(() -> new ModelRefusedException("no version " + version + " of " + model));
  }

  @Override
  public Optional<Champion> standing(String model) {
    Optional<Champion> champion;
    synchronized (this) {
      requireHere();
      champion =
          last(model)
              .map(
                  move ->
                      new Champion(
                          move.version(),
                          Optional.of(move.previous()).filter(version -> !version.isEmpty()),
                          moves.get(model).size()));
    }
    answered.getAndSet(() -> {}).run();
    return champion;
  }

  @Override
  public synchronized ModelVersion register(RegisterRequest request) {
    requireHere();
    List<ModelArtifact> list =
        versions.computeIfAbsent(request.getModel(), name -> new ArrayList<>());
    byte[] content = request.getArtifact().toByteArray();
    ModelArtifact artifact =
        new ModelArtifact(
            request.getModel(),
            Integer.toString(list.size() + 1),
            sha256(content),
            request.getFormat(),
            request.getFeatureSetId(),
            content,
            List.of(),
            request.getGoldenRows().getRowsList(),
            Optional.empty());
    list.add(artifact);
    return described(artifact);
  }

  @Override
  public synchronized List<ModelVersion> list(String model) {
    requireHere();
    return versions.getOrDefault(model, List.of()).reversed().stream()
        .map(MemoryRegistry::described)
        .toList();
  }

  @Override
  public synchronized long moveChampion(
      String model, String version, String expected, String action, String actor, String reason) {
    requireHere();
    String from = last(model).map(Move::version).orElse("");
    if (!from.equals(expected)) {
      throw new RegistryException(
          RegistryException.Kind.CONFLICT, "champion is '" + from + "', not '" + expected + "'");
    }
    String previous =
        action.equals("rollback")
            ? moves.get(model).reversed().stream()
                .filter(move -> move.version().equals(version))
                .map(Move::previous)
                .findFirst()
                .orElseThrow()
            : from;
    moves
        .computeIfAbsent(model, name -> new ArrayList<>())
        .add(new Move(version, previous, action, reason));
    changed(model, action);
    return moves.get(model).size();
  }

  /** Takes the model's champion away, as deleting its alias does. */
  public synchronized void removeChampion(String model) {
    moves.remove(model);
    changed(model, "move");
  }

  private synchronized void changed(String model, String action) {
    changes.add(
        Change.newBuilder()
            .setPosition(changes.size() + 1)
            .setModel(model)
            .setEntry(LedgerEntry.newBuilder().setModel(model).setAction(action))
            .build());
    notifyAll();
  }

  @Override
  public void watch(long afterPosition, Consumer<Change> watcher) {
    int position = begin(afterPosition);
    watcher.accept(Change.newBuilder().setPosition(position).build());
    while (true) {
      watcher.accept(behind(position));
      position++;
    }
  }

  private synchronized int begin(long afterPosition) {
    requireHere();
    return afterPosition == FROM_NOW ? changes.size() : Math.toIntExact(afterPosition);
  }

  private synchronized Change behind(int position) {
    try {
      while (!away && position == changes.size()) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new RegistryException(RegistryException.Kind.UNAVAILABLE, "interrupted", e);
    }
    requireHere();
    return changes.get(position);
  }

  @Override
  public synchronized void record(RecordRequest request) {
    requireHere();
    records.add(request);
  }

  private Optional<Move> last(String model) {
    List<Move> list = moves.getOrDefault(model, List.of());
    return list.isEmpty() ? Optional.empty() : Optional.of(list.getLast());
  }

  private void requireHere() {
    if (away) {
      throw new RegistryException(RegistryException.Kind.UNAVAILABLE, "the store is down");
    }
  }

  private static ModelVersion described(ModelArtifact artifact) {
    return ModelVersion.newBuilder()
        .setModel(artifact.model())
        .setVersion(artifact.version())
        .setDigest(artifact.digest())
        .setFormat(artifact.format())
        .setFeatureSetId(artifact.featureSetId())
        .build();
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
