package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A registry over gRPC, in this process or another. */
public final class RegistryClient implements VersionRegistry {
  private static final int MAX_MESSAGE_BYTES = 300 * 1024 * 1024;
  private static final long SECONDS = 30;

  private final RegistryServiceGrpc.RegistryServiceBlockingStub stub;

  public RegistryClient(Channel channel) {
    stub =
        RegistryServiceGrpc.newBlockingStub(channel)
            .withMaxInboundMessageSize(MAX_MESSAGE_BYTES)
            .withMaxOutboundMessageSize(MAX_MESSAGE_BYTES);
  }

  @Override
  public ModelArtifact fetch(String model, String version) throws ModelRefusedException {
    try {
      Artifact artifact =
          calls()
              .fetchArtifact(VersionName.newBuilder().setModel(model).setVersion(version).build());
      ModelVersion about = artifact.getVersion();
      byte[] content = artifact.getContent().toByteArray();
      String found = digest(content);
      if (!found.equals(about.getDigest())) {
        throw new ModelRefusedException(
            "the bytes of "
                + model
                + " version "
                + version
                + " have digest "
                + found
                + ", the registry says "
                + about.getDigest());
      }
      return new ModelArtifact(
          model, version, found, about.getFormat(), about.getFeatureSetId(), content);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND
          || e.getStatus().getCode() == Status.Code.INVALID_ARGUMENT
          || e.getStatus().getCode() == Status.Code.DATA_LOSS) {
        throw new ModelRefusedException(e.getStatus().getDescription(), e);
      }
      throw e;
    }
  }

  @Override
  public Optional<String> champion(String model) {
    return alias(model).map(Alias::getVersion);
  }

  @Override
  public Optional<String> previousChampion(String model) {
    return alias(model).map(Alias::getPreviousVersion).filter(version -> !version.isEmpty());
  }

  private Optional<Alias> alias(String model) {
    try {
      return Optional.of(
          calls()
              .getAlias(
                  AliasName.newBuilder()
                      .setModel(model)
                      .setAlias(ServingCatalog.CHAMPION)
                      .build()));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public ModelVersion register(RegisterRequest request) {
    return calls().register(request);
  }

  @Override
  public List<ModelVersion> list(String model) {
    try {
      return calls()
          .listVersions(ListVersionsRequest.newBuilder().setModel(model).build())
          .getVersionsList();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return List.of();
      }
      throw e;
    }
  }

  @Override
  public void moveAlias(MoveAliasRequest request) {
    calls().moveAlias(request);
  }

  @Override
  public void record(RecordRequest request) {
    calls().record(request);
  }

  private RegistryServiceGrpc.RegistryServiceBlockingStub calls() {
    return stub.withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The bytes as a message carries them. */
  public static ByteString bytes(byte[] content) {
    return ByteString.copyFrom(content);
  }
}
