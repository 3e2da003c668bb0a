package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.repository.ModelRepository;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.ServingCatalog;
import inference.ModelRepositoryParameter;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import io.grpc.Status;
import java.util.Map;

/**
 * Loading and unloading by name; of another server's model, there; of a model repository's model,
 * from its folder. What else is loaded is always what the registry says; a caller's own
 * configuration or files are refused. Both are for administrators and block.
 */
final class RepositoryControl {

  private final ServingCatalog catalog;
  private final ForwardedModels forwarded;
  private final ModelRepository folder;
  private final boolean admin;

  RepositoryControl(OpenInference.Models models, ForwardedModels forwarded, boolean admin) {
    this.catalog = models.catalog();
    this.folder = models.elsewhere().repository();
    this.forwarded = forwarded;
    this.admin = admin;
  }

  void load(RepositoryModelLoadRequest request) throws RefusedRequestException {
    requireAllowed(request.getRepositoryName());
    refuseOverrides(request.getParametersMap());
    if (forwarded.load(request)) {
      return;
    }
    String model = request.getModelName();
    try {
      if (folder.contains(model)) {
        folder.load(model);
      } else {
        catalog.restore(model);
      }
    } catch (ModelRefusedException e) {
      throw RefusedRequestException.invalid(
          "load failed for model '" + model + "': " + e.getMessage());
    } catch (RegistryException e) {
      throw RefusedRequestException.of(
          Status.Code.UNAVAILABLE, "failed to load '" + model + "', " + e.getMessage());
    }
    if (catalog.availability(model, "") != ServingCatalog.Availability.READY) {
      throw RefusedRequestException.of(
          Status.Code.INTERNAL,
          "failed to load '" + model + "', the registry knows no champion of it");
    }
  }

  /** Fine for a model that is unknown or unloaded, as by Triton. */
  void unload(RepositoryModelUnloadRequest request) throws RefusedRequestException {
    requireAllowed(request.getRepositoryName());
    if (forwarded.unload(request)) {
      return;
    }
    if (folder.contains(request.getModelName())) {
      folder.unload(request.getModelName());
      return;
    }
    catalog.unload(request.getModelName());
  }

  static void refuseRepositoryName(String repository) throws RefusedRequestException {
    if (!repository.isEmpty()) {
      throw RefusedRequestException.of(
          Status.Code.UNIMPLEMENTED, "'repository_name' specification is not supported");
    }
  }

  private void requireAllowed(String repository) throws RefusedRequestException {
    if (!admin) {
      throw RefusedRequestException.of(
          Status.Code.UNAVAILABLE,
          "explicit model load / unload is not allowed if polling is enabled");
    }
    refuseRepositoryName(repository);
  }

  private static void refuseOverrides(Map<String, ModelRepositoryParameter> parameters)
      throws RefusedRequestException {
    for (String name : parameters.keySet()) {
      throw RefusedRequestException.invalid(
          name.equals("config") || name.startsWith("file:")
              ? "load parameter '"
                  + name
                  + "' is refused: models come from the registry or a folder"
              : "unrecognized load parameter '" + name + "'.");
    }
  }
}
