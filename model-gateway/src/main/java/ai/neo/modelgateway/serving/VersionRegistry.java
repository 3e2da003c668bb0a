package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import java.util.List;
import java.util.Optional;

/**
 * What the gateway needs of a registry. Calls block; a registry that is away shows as {@link
 * io.grpc.StatusRuntimeException}. Thread-safe.
 */
public interface VersionRegistry {
  /**
   * A version with its bytes.
   *
   * @throws ModelRefusedException if there is none, or the bytes are not those of its digest
   */
  ModelArtifact fetch(String model, String version) throws ModelRefusedException;

  /** The champion's version. */
  Optional<String> champion(String model);

  /** The version to which a rollback leads. */
  Optional<String> previousChampion(String model);

  ModelVersion register(RegisterRequest request);

  /** Newest first; empty for an unknown model. */
  List<ModelVersion> list(String model);

  /** Compare-and-set of an alias. */
  void moveAlias(MoveAliasRequest request);

  /** Adds evidence to the ledger. */
  void record(RecordRequest request);
}
