package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import ai.neo.proto.registry.v1.WatchRequest;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** The registry over gRPC, in this process or elsewhere. Safe for any thread; calls block. */
public final class RegistryClient implements VersionRegistry {

  private static final String CHAMPION = "champion";

  /** Longer than a registry with a slow disk takes for the largest artifact. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** The largest artifact that may be loaded, and what describes it. */
  private static final int MESSAGE_MAX_BYTES = (256 << 20) + (1 << 20);

  private final RegistryServiceGrpc.RegistryServiceBlockingStub stub;
  private final Optional<Limit> limit;
  private final Runnable reconnect;

  /** When questions are given up, and how long after the first could be asked that is. */
  private record Limit(Deadline deadline, Duration duration) {
    static Limit of(Duration duration) {
      return new Limit(Deadline.after(duration.toNanos(), TimeUnit.NANOSECONDS), duration);
    }
  }

  /**
   * @param channel stays the caller's to close
   */
  public RegistryClient(Channel channel) {
    this(channel, () -> {});
  }

  /**
   * @param channel stays the caller's to close
   * @param reconnect has the channel try at once; else it waits longer each time, for minutes
   */
  public RegistryClient(Channel channel, Runnable reconnect) {
    this(
        RegistryServiceGrpc.newBlockingStub(channel)
            .withMaxInboundMessageSize(MESSAGE_MAX_BYTES)
            .withMaxOutboundMessageSize(MESSAGE_MAX_BYTES),
        Optional.empty(),
        reconnect);
  }

  private RegistryClient(
      RegistryServiceGrpc.RegistryServiceBlockingStub stub,
      Optional<Limit> limit,
      Runnable reconnect) {
    this.stub = stub;
    this.limit = limit;
    this.reconnect = reconnect;
  }

  @Override
  public RegistryClient within(Duration duration) {
    return new RegistryClient(stub, Optional.of(Limit.of(duration)), reconnect);
  }

  @Override
  public ModelArtifact fetch(String model, String version) throws ModelRefusedException {
    Artifact artifact;
    try {
      VersionName name = VersionName.newBuilder().setModel(model).setVersion(version).build();
      artifact = call(registry -> registry.fetchArtifact(name));
    } catch (RegistryException e) {
      if (e.kind() == RegistryException.Kind.UNAVAILABLE) {
        throw e;
      }
      throw new ModelRefusedException(e.getMessage(), e);
    }
    ModelVersion described = artifact.getVersion();
    return new ModelArtifact(
        described.getModel(),
        described.getVersion(),
        described.getDigest(),
        described.getFormat(),
        described.getFeatureSetId(),
        artifact.getContent().toByteArray(),
        described.getSignaturesList(),
        described.getGoldenRows().getRowsList(),
        Optional.empty());
  }

  @Override
  public Optional<Champion> standing(String model) {
    return alias(model)
        .filter(alias -> !alias.getVersion().isEmpty())
        .map(
            alias ->
                new Champion(
                    alias.getVersion(),
                    Optional.of(alias.getPreviousVersion()).filter(version -> !version.isEmpty()),
                    alias.getEpoch()));
  }

  @Override
  public ModelVersion register(RegisterRequest request) {
    return call(registry -> registry.register(request));
  }

  @Override
  public List<ModelVersion> list(String model) {
    ListVersionsRequest request = ListVersionsRequest.newBuilder().setModel(model).build();
    try {
      return call(registry -> registry.listVersions(request)).getVersionsList();
    } catch (RegistryException e) {
      return emptyWhenUnknown(e, List.of());
    }
  }

  @Override
  public long moveChampion(
      String model, String version, String expected, String action, String actor, String reason) {
    MoveAliasRequest request =
        MoveAliasRequest.newBuilder()
            .setModel(model)
            .setAlias(CHAMPION)
            .setVersion(version)
            .setExpectedVersion(expected)
            .setAction(action)
            .setActor(actor)
            .setReason(reason.isBlank() ? action : reason) // the ledger wants one
            .build();
    Alias moved = call(registry -> registry.moveAlias(request));
    if (!moved.getVersion().equals(version)) {
      throw new RegistryException(
          RegistryException.Kind.CONFLICT,
          "the registry moved the champion of " + model + " to " + moved.getVersion());
    }
    return moved.getEpoch();
  }

  @Override
  public void record(RecordRequest request) {
    call(registry -> registry.record(request));
  }

  @Override
  public void watch(long afterPosition, Consumer<Change> watcher) {
    WatchRequest.Builder from = WatchRequest.newBuilder();
    if (afterPosition == FROM_NOW) {
      from.setFromNow(true);
    } else {
      from.setAfterPosition(afterPosition);
    }
    Context.CancellableContext call = Context.current().withCancellation();
    Context before = call.attach();
    try {
      reconnect.run();
      // Without a deadline: it ends when the registry does, or when this thread is interrupted.
      stub.watch(from.build()).forEachRemaining(watcher);
    } catch (StatusRuntimeException e) {
      throw failure(e);
    } finally {
      call.detach(before);
      call.cancel(null);
    }
  }

  private Optional<Alias> alias(String model) {
    AliasName name = AliasName.newBuilder().setModel(model).setAlias(CHAMPION).build();
    try {
      return Optional.of(call(registry -> registry.getAlias(name)));
    } catch (RegistryException e) {
      return emptyWhenUnknown(e, Optional.empty());
    }
  }

  private static <T> T emptyWhenUnknown(RegistryException e, T empty) {
    if (e.kind() == RegistryException.Kind.NOT_FOUND) {
      return empty;
    }
    throw e;
  }

  private <T> T call(Function<RegistryServiceGrpc.RegistryServiceBlockingStub, T> call) {
    Limit until = limit.orElseGet(() -> Limit.of(LIMIT));
    try {
      return call.apply(stub.withDeadline(until.deadline()));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
        String late = "it did not answer within " + until.duration().toMillis() + " ms";
        throw new RegistryException(RegistryException.Kind.UNAVAILABLE, late, e);
      }
      throw failure(e);
    }
  }

  private static RegistryException failure(StatusRuntimeException e) {
    Status status = RegistrySilence.told(e.getStatus());
    String said = status.getDescription() == null ? "" : status.getDescription();
    return new RegistryException(
        kind(status.getCode()), said.isEmpty() ? status.getCode().name() : said, e);
  }

  private static RegistryException.Kind kind(Status.Code code) {
    return switch (code) {
      case ABORTED, ALREADY_EXISTS -> RegistryException.Kind.CONFLICT;
      case NOT_FOUND -> RegistryException.Kind.NOT_FOUND;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE, DATA_LOSS, PERMISSION_DENIED ->
          RegistryException.Kind.REFUSED;
      default -> RegistryException.Kind.UNAVAILABLE;
    };
  }
}
