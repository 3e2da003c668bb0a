package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.serving.ServingCatalog;
import io.grpc.Status;

/** The protocol's words for a model or version that cannot be served. */
final class ModelAvailability {

  private ModelAvailability() {}

  /** Goes inside the version, or says why not. The caller has to leave it. */
  static ServingCatalog.Entered enter(ServingCatalog catalog, String model, String asked)
      throws RefusedRequestException {
    String version = VersionNumber.read(asked);
    var entered = catalog.enter(model, version);
    if (entered.isPresent()) {
      return entered.get();
    }
    throw refusal(catalog.availability(model, version), model, version);
  }

  private static RefusedRequestException refusal(
      ServingCatalog.Availability availability, String model, String version) {
    String unknown = "Request for unknown model: '" + model + "' ";
    return switch (availability) {
      case UNKNOWN_MODEL ->
          RefusedRequestException.of(Status.Code.NOT_FOUND, unknown + "is not found");
      case UNKNOWN_VERSION ->
          RefusedRequestException.of(
              Status.Code.NOT_FOUND, unknown + "version " + version + " is not found");
      case NO_VERSION ->
          RefusedRequestException.of(Status.Code.NOT_FOUND, unknown + "has no available versions");
      // READY: it became available between the two looks; the caller may simply try again.
      case NOT_READY, READY ->
          RefusedRequestException.of(
              Status.Code.UNAVAILABLE,
              unknown
                  + (version.isEmpty() ? "" : "version " + version + " ")
                  + "is not at ready state");
    };
  }
}
