package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Author;
import ai.neo.modelregistry.ChampionServing;
import ai.neo.modelregistry.RegistryException;
import ai.neo.modelregistry.TestRegistry;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Loads nothing, but moves the champion as a gateway does: over gRPC, after it has agreed. */
final class FakeGateway implements ChampionServing {
  /** Models that always need a champion. */
  final Set<String> needed = ConcurrentHashMap.newKeySet();

  final List<String> followed = new ArrayList<>();
  private final TestRegistry neo;

  FakeGateway(TestRegistry neo) {
    this.neo = neo;
  }

  @Override
  public void promote(String model, String version, String expected, Author author) {
    String champion =
        neo
            .stub
            .listVersions(ListVersionsRequest.newBuilder().setModel(model).build())
            .getVersionsList()
            .stream()
            .filter(one -> one.getAliasesList().contains("champion"))
            .map(ModelVersion::getVersion)
            .findFirst()
            .orElse("");
    try {
      neo.stub.fetchArtifact(TestRegistry.version(model, version));
      neo.stub.moveAlias(
          MoveAliasRequest.newBuilder()
              .setModel(model)
              .setAlias("champion")
              .setExpectedVersion(champion)
              .setVersion(version)
              .setAction("promote")
              .setActor(author.actor())
              .setReason(author.reason())
              .build());
    } catch (StatusRuntimeException e) {
      throw RegistryException.refused(e.getStatus().getDescription(), e);
    }
  }

  @Override
  public void requireMayEnd(String model) {
    if (needed.contains(model)) {
      throw RegistryException.refused("the champion of " + model + " trades");
    }
  }

  @Override
  public synchronized void follow(String model) {
    followed.add(model);
  }
}
