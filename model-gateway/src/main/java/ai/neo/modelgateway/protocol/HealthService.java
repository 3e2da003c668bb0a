package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.serving.ServingCatalog;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;

/** gRPC's own health protocol: any service is as healthy as the server is ready, as by Triton. */
public final class HealthService extends HealthGrpc.HealthImplBase {

  private final ServingCatalog catalog;

  public HealthService(ServingCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> reply) {
    reply.onNext(
        HealthCheckResponse.newBuilder()
            .setStatus(
                catalog.isReady()
                    ? HealthCheckResponse.ServingStatus.SERVING
                    : HealthCheckResponse.ServingStatus.NOT_SERVING)
            .build());
    reply.onCompleted();
  }
}
