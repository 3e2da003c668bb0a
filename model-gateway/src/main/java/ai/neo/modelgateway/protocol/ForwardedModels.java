package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.Forwarding;
import ai.neo.modelgateway.forward.RemoteModel;
import ai.neo.modelgateway.forward.RemoteServer;
import inference.ModelConfigResponse;
import inference.ModelMetadataResponse;
import inference.ModelStatistics;
import inference.RepositoryIndexResponse.ModelIndex;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Other servers' models in the protocol's messages. What they are is told as it was when the server
 * was asked last; what they have done is asked for anew, which blocks.
 */
final class ForwardedModels {

  private static final String READY = "READY";

  private final Forwarding forwarding;

  ForwardedModels(Forwarding forwarding) {
    this.forwarding = forwarding;
  }

  /** Whether a server is asked for that version of the model, or for any when it is empty. */
  boolean isReady(String model, String number) {
    return forwarding
        .serverOf(model)
        .filter(server -> server.isAsked(model))
        .flatMap(server -> server.model(model))
        .filter(known -> shown(known, number).isPresent())
        .isPresent();
  }

  /** Empty where no other server has the model ready; then a version here may. */
  Optional<ModelMetadataResponse> metadata(String model, String asked)
      throws RefusedRequestException {
    Optional<RemoteModel> known = ready(model);
    if (known.isEmpty()) {
      return Optional.empty();
    }
    ModelMetadataResponse.Builder metadata = described(known.get(), asked).toBuilder();
    if (asked.isEmpty()) {
      metadata.clearVersions();
      known.get().ready().keySet().forEach(v -> metadata.addVersions(Long.toString(v)));
    }
    return Optional.of(metadata.build());
  }

  Optional<ModelConfigResponse> config(String model, String asked) throws RefusedRequestException {
    Optional<RemoteModel> known = ready(model).filter(found -> found.config().isPresent());
    if (known.isEmpty()) {
      return Optional.empty();
    }
    described(known.get(), asked); // refuses a version that there is not
    return Optional.of(
        ModelConfigResponse.newBuilder().setConfig(known.get().config().get()).build());
  }

  /** What every server has, of each model once; of a server that is away, what it had. */
  List<ModelIndex> index() {
    List<ModelIndex> rows = new ArrayList<>();
    for (RemoteServer server : forwarding.servers()) {
      for (ModelIndex row : server.contents().index()) {
        if (forwarding.serverOf(row.getName()).filter(first -> first != server).isPresent()) {
          continue;
        }
        rows.add(
            server.contents().isUp()
                ? row
                : row.toBuilder()
                    .setState("UNAVAILABLE")
                    .setReason(
                        "server %s is away: %s"
                            .formatted(server.shown(), server.contents().problem()))
                    .build());
      }
    }
    return rows;
  }

  /** Models that the rows say are ready elsewhere: what is loaded here of them is for need only. */
  static Set<String> readyIn(List<ModelIndex> rows) {
    Set<String> models = new LinkedHashSet<>();
    rows.stream()
        .filter(row -> row.getState().equals(READY))
        .forEach(row -> models.add(row.getName()));
    return models;
  }

  /** The servers' own rows of a model, or of all; a server that is away has none. Blocks. */
  List<ModelStatistics> statistics(String model, String asked) throws RefusedRequestException {
    List<ModelStatistics> rows = new ArrayList<>();
    for (RemoteServer server : forwarding.servers()) {
      boolean wanted =
          model.isEmpty() || forwarding.serverOf(model).filter(s -> s == server).isPresent();
      if (!wanted || !server.contents().isUp()) {
        continue;
      }
      try {
        for (ModelStatistics row : server.statistics(model, asked).getModelStatsList()) {
          if (server.model(row.getName()).isPresent()) {
            rows.add(row);
          }
        }
      } catch (StatusRuntimeException e) {
        if (!model.isEmpty() && e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
          throw RefusedRequestException.passedOn(e.getStatus());
        }
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
    return rows;
  }

  /** Has the model's server load it; false when it is none of another server. Blocks. */
  boolean load(RepositoryModelLoadRequest request) throws RefusedRequestException {
    return tell(request.getModelName(), server -> server.load(request));
  }

  boolean unload(RepositoryModelUnloadRequest request) throws RefusedRequestException {
    return tell(request.getModelName(), server -> server.unload(request));
  }

  @FunctionalInterface
  private interface Order {
    void give(RemoteServer server) throws InterruptedException;
  }

  private boolean tell(String model, Order order) throws RefusedRequestException {
    Optional<RemoteServer> server =
        forwarding
            .serverOf(model)
            .or(
                () ->
                    forwarding.servers().stream()
                        .filter(
                            s ->
                                s.contents().index().stream()
                                    .anyMatch(row -> row.getName().equals(model)))
                        .findFirst());
    if (server.isEmpty()) {
      return false;
    }
    try {
      order.give(server.get());
      return true;
    } catch (StatusRuntimeException e) {
      throw RefusedRequestException.passedOn(e.getStatus());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private Optional<RemoteModel> ready(String model) {
    return forwarding
        .serverOf(model)
        .flatMap(server -> server.model(model))
        .filter(known -> !known.ready().isEmpty());
  }

  private static ModelMetadataResponse described(RemoteModel known, String asked)
      throws RefusedRequestException {
    String number = VersionNumber.read(asked);
    return shown(known, number)
        .orElseThrow(
            () ->
                RefusedRequestException.of(
                    Status.Code.NOT_FOUND,
                    "Request for unknown model: '%s' version %s is not found"
                        .formatted(known.name(), number)));
  }

  /**
   * Of the version; of the one that answers by default, or else the highest, when none is named.
   */
  private static Optional<ModelMetadataResponse> shown(RemoteModel known, String number) {
    if (!number.isEmpty()) {
      return known.metadata(number);
    }
    return known
        .pinned()
        .version()
        .flatMap(known::metadata)
        .or(() -> Optional.ofNullable(known.ready().lastEntry()).map(e -> e.getValue()));
  }

  private static RefusedRequestException interrupted() {
    Thread.currentThread().interrupt();
    return RefusedRequestException.of(Status.Code.UNAVAILABLE, "the gateway is closing");
  }
}
