package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** One model's versions and ledger in memory. Safe for any thread. */
final class InMemoryRegistry implements VersionRegistry {
  private final List<ModelVersion> versions = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();
  private final List<String> champions = new ArrayList<>();
  private final List<RecordRequest> records = new ArrayList<>();
  private boolean away;

  @Override
  public synchronized ModelArtifact fetch(String model, String version)
      throws ModelRefusedException {
    requireHere();
    for (int i = 0; i < versions.size(); i++) {
      ModelVersion found = versions.get(i);
      if (found.getModel().equals(model) && found.getVersion().equals(version)) {
        return new ModelArtifact(
            model,
            version,
            found.getDigest(),
            found.getFormat(),
            found.getFeatureSetId(),
            contents.get(i));
      }
    }
    throw new ModelRefusedException("no version " + version);
  }

  @Override
  public synchronized Optional<Champion> standing(String model) {
    int epoch = champions.size();
    Optional<String> previous =
        epoch < 2 ? Optional.empty() : Optional.of(champions.get(epoch - 2));
    return epoch == 0
        ? Optional.empty()
        : Optional.of(new Champion(champions.getLast(), previous, epoch));
  }

  @Override
  public synchronized ModelVersion register(RegisterRequest request) {
    requireHere();
    byte[] content = request.getArtifact().toByteArray();
    ModelVersion.Builder version =
        ModelVersion.newBuilder()
            .setModel(request.getModel())
            .setVersion(Integer.toString(versions.size() + 1))
            .setDigest(sha256(content))
            .setFormat(request.getFormat())
            .setFeatureSetId(request.getFeatureSetId())
            .setParentVersion(request.getParentVersion())
            .setDataDescription(request.getDataDescription())
            .putAllMetrics(request.getMetricsMap());
    if (request.hasLineage()) {
      version.setLineage(request.getLineage());
    }
    versions.add(version.build());
    contents.add(content);
    return versions.getLast();
  }

  @Override
  public synchronized List<ModelVersion> list(String model) {
    requireHere();
    return versions.reversed().stream().filter(v -> v.getModel().equals(model)).toList();
  }

  @Override
  public synchronized long moveChampion(
      String model, String version, String expected, String action, String actor, String reason) {
    requireHere();
    if (!champion(model).orElse("").equals(expected)) {
      throw new RegistryException(RegistryException.Kind.CONFLICT, "champion is elsewhere");
    }
    champions.add(version);
    records.add(
        RecordRequest.newBuilder()
            .setModel(model)
            .setVersion(version)
            .setAction(action)
            .setActor(actor)
            .setReason(reason)
            .build());
    return champions.size();
  }

  @Override
  public synchronized void record(RecordRequest request) {
    requireHere();
    records.add(request);
  }

  synchronized void goAway(boolean gone) {
    away = gone;
  }

  synchronized List<RecordRequest> records() {
    return List.copyOf(records);
  }

  /** All versions' digests and the ledger, to compare two histories. */
  synchronized String history() {
    StringBuilder all = new StringBuilder();
    versions.forEach(v -> all.append(v).append('\n'));
    records.forEach(r -> all.append(r).append('\n'));
    return all.toString();
  }

  private void requireHere() {
    if (away) {
      throw new RegistryException(RegistryException.Kind.UNAVAILABLE, "the registry is away");
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
