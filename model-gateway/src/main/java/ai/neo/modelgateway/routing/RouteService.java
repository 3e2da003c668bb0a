package ai.neo.modelgateway.routing;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.learning.v1.ClearRouteRequest;
import ai.neo.proto.learning.v1.GetLastSwapRequest;
import ai.neo.proto.learning.v1.GetRouteRequest;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.Route;
import ai.neo.proto.learning.v1.RouteStatus;
import ai.neo.proto.learning.v1.RoutingServiceGrpc;
import ai.neo.proto.learning.v1.SetRouteRequest;
import ai.neo.proto.learning.v1.SwapReceipt;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls that set, clear and tell routes. They may block; safe for any thread. */
public final class RouteService extends RoutingServiceGrpc.RoutingServiceImplBase
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RouteService.class);

  private final ServingCatalog catalog;
  private final ActiveRoutes active = new ActiveRoutes();
  private final RouteDesk desk;

  /**
   * Takes up the routes that were set before; one whose model has no champion yet waits for it.
   *
   * @param directory where routes are kept over a restart; empty: they are not
   */
  public RouteService(ServingCatalog catalog, VersionRegistry registry, Optional<Path> directory) {
    this.catalog = catalog;
    this.desk = new RouteDesk(catalog, registry, active, new RouteStore(directory));
    desk.restore();
  }

  /** The routes that requests go by. */
  public ActiveRoutes active() {
    return active;
  }

  /** Takes what came of predictions; does not block. */
  public Consumer<LearnRequest> outcomes() {
    return desk::outcome;
  }

  @Override
  public void setRoute(SetRouteRequest request, StreamObserver<RouteStatus> caller) {
    OptionalLong expected =
        request.hasExpectedRevision()
            ? OptionalLong.of(request.getExpectedRevision())
            : OptionalLong.empty();
    answer(caller, () -> desk.set(request.getRoute(), expected));
  }

  @Override
  public void clearRoute(ClearRouteRequest request, StreamObserver<RouteStatus> caller) {
    OptionalLong expected =
        request.hasExpectedRevision()
            ? OptionalLong.of(request.getExpectedRevision())
            : OptionalLong.empty();
    Route off =
        Route.newBuilder()
            .setModel(request.getModel())
            .setActor(request.getActor())
            .setReason(request.getReason())
            .build();
    answer(caller, () -> desk.clear(off, expected));
  }

  @Override
  public void getRoute(GetRouteRequest request, StreamObserver<RouteStatus> caller) {
    answer(
        caller,
        () -> {
          RouteRules.requireName(request.getModel());
          return desk.status(request.getModel(), request.getOutcomes());
        });
  }

  @Override
  public void getLastSwap(GetLastSwapRequest request, StreamObserver<SwapReceipt> caller) {
    answer(
        caller,
        () ->
            catalog
                .lastSwap(request.getModel())
                .orElseThrow(
                    () ->
                        new RegistryException(
                            RegistryException.Kind.NOT_FOUND,
                            "the champion of '%s' has not changed since this gateway started"
                                .formatted(request.getModel()))));
  }

  private interface Call<A> {
    A answer() throws ModelRefusedException, IOException;
  }

  private static <A> void answer(StreamObserver<A> caller, Call<A> call) {
    A answer;
    try {
      answer = call.answer();
    } catch (ModelRefusedException e) {
      boolean missing = RegistryException.isOfMissing(e);
      fail(caller, missing ? Status.NOT_FOUND : Status.FAILED_PRECONDITION, e);
      return;
    } catch (RegistryException e) {
      fail(caller, status(e.kind()), e);
      return;
    } catch (IllegalArgumentException e) {
      fail(caller, Status.INVALID_ARGUMENT, e);
      return;
    } catch (IOException | RuntimeException | LinkageError e) {
      LOG.error("a call about a route failed", e);
      fail(caller, Status.INTERNAL, e);
      return;
    }
    caller.onNext(answer);
    caller.onCompleted();
  }

  private static Status status(RegistryException.Kind kind) {
    return switch (kind) {
      case CONFLICT -> Status.ABORTED;
      case NOT_FOUND -> Status.NOT_FOUND;
      case REFUSED -> Status.FAILED_PRECONDITION;
      case UNAVAILABLE -> Status.UNAVAILABLE;
    };
  }

  private static void fail(StreamObserver<?> caller, Status status, Throwable cause) {
    caller.onError(status.withDescription(String.valueOf(cause.getMessage())).asException());
  }

  /** Ends the shadows; close it after the gateway that goes by its routes, before the catalog. */
  @Override
  public void close() {
    desk.close();
  }
}
