package ai.neo.modelgateway;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A registry of one model in memory. */
public final class InMemoryRegistry implements VersionRegistry {
  private final List<ModelArtifact> artifacts = new ArrayList<>();
  private final List<ModelVersion> versions = new ArrayList<>();
  private final Deque<String> champions = new ArrayDeque<>();
  private final List<String> ledger = new ArrayList<>();

  @Override
  public synchronized ModelArtifact fetch(String model, String version)
      throws ModelRefusedException {
    int index = Integer.parseInt(version) - 1;
    if (index < 0 || index >= artifacts.size()) {
      throw new ModelRefusedException("there is no version " + version);
    }
    return artifacts.get(index);
  }

  @Override
  public synchronized Optional<String> champion(String model) {
    return Optional.ofNullable(champions.peekLast());
  }

  @Override
  public synchronized Optional<String> previousChampion(String model) {
    List<String> all = new ArrayList<>(champions);
    return all.size() < 2 ? Optional.empty() : Optional.of(all.get(all.size() - 2));
  }

  @Override
  public synchronized ModelVersion register(RegisterRequest request) {
    String version = Integer.toString(artifacts.size() + 1);
    artifacts.add(
        new ModelArtifact(
            request.getModel(),
            version,
            "digest-" + version,
            request.getFormat(),
            request.getFeatureSetId(),
            request.getArtifact().toByteArray()));
    ModelVersion registered =
        ModelVersion.newBuilder()
            .setModel(request.getModel())
            .setVersion(version)
            .setDigest("digest-" + version)
            .setFormat(request.getFormat())
            .setFeatureSetId(request.getFeatureSetId())
            .setParentVersion(request.getParentVersion())
            .build();
    versions.add(registered);
    return registered;
  }

  @Override
  public synchronized List<ModelVersion> list(String model) {
    return List.copyOf(versions).reversed();
  }

  @Override
  public synchronized void moveAlias(MoveAliasRequest request) {
    ledger.add(request.getAction() + " " + request.getVersion());
    if (request.getAction().equals("rollback")) {
      champions.removeLast();
    } else {
      champions.addLast(request.getVersion());
    }
  }

  @Override
  public synchronized void record(RecordRequest request) {
    ledger.add(request.getAction() + " " + request.getVersion());
  }

  /** What was done, in order. */
  public synchronized List<String> ledger() {
    return List.copyOf(ledger);
  }
}
