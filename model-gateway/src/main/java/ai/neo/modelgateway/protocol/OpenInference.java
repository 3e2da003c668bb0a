package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.scheduling.Batching;
import ai.neo.modelgateway.scheduling.CallersThreads;
import ai.neo.modelgateway.scheduling.Scheduler;
import ai.neo.modelgateway.serving.ServingCatalog;
import inference.LogSettingsRequest;
import inference.LogSettingsResponse;
import inference.ModelConfigResponse;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataResponse;
import inference.ModelStatisticsResponse;
import inference.RepositoryIndexResponse;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import inference.ServerMetadataResponse;
import inference.TraceSettingRequest;
import inference.TraceSettingResponse;

/**
 * The Open Inference Protocol whatever carries it: the same checks, texts and answers over gRPC and
 * over HTTP. Safe for any thread.
 */
public final class OpenInference {

  private final ServingCatalog catalog;
  private final Inference inference;
  private final ModelDescriptions descriptions;
  private final RepositoryControl repository;
  private final ForwardedModels forwarded;
  private final ServerMetadataResponse server;

  /**
   * @param admin whether callers may load and unload models
   * @param serverVersion as server metadata tells it
   * @param computing computes what takes longer than a hand-over; stays the caller's to close
   */
  public OpenInference(Models models, boolean admin, String serverVersion, Computing computing) {
    this.catalog = models.catalog();
    this.inference = new Inference(catalog, computing, models.elsewhere());
    this.forwarded = new ForwardedModels(models.elsewhere().forwarding());
    this.descriptions = new ModelDescriptions(models, forwarded);
    this.repository = new RepositoryControl(models, forwarded, admin);
    this.server =
        ServerMetadataResponse.newBuilder()
            .setName("neo")
            .setVersion(serverVersion)
            .addExtensions("binary_tensor_data")
            .addExtensions("model_repository")
            .addExtensions("model_configuration")
            .addExtensions("parameters")
            .addExtensions("classification")
            .addExtensions("statistics")
            .build();
  }

  /** What is served: the registry's models, and those from elsewhere. */
  public record Models(ServingCatalog catalog, OtherModels elsewhere) {}

  /**
   * Who computes, and what of it together.
   *
   * @param scheduler what takes long
   * @param callers the rest
   */
  public record Computing(Scheduler scheduler, CallersThreads callers, Batching batching) {}

  /**
   * False while a model that should be served from here has no version that answers. Models of
   * other servers do not count: that one is away must not stop the others.
   */
  public boolean isReady() {
    return catalog.isReady();
  }

  /** False for a model or a version that is unknown, too. */
  public boolean isReady(String model, String version) throws RefusedRequestException {
    String number = VersionNumber.read(version);
    return forwarded.isReady(model, number)
        || catalog.availability(model, number) == ServingCatalog.Availability.READY;
  }

  public ServerMetadataResponse server() {
    return server;
  }

  /** Of the version, or of all that are ready when it is empty. */
  public ModelMetadataResponse metadata(String model, String version)
      throws RefusedRequestException {
    return descriptions.metadata(model, version);
  }

  public ModelConfigResponse config(String model, String version) throws RefusedRequestException {
    return descriptions.config(model, version);
  }

  /** Of all models when the name is empty. Blocks where other servers have to be asked. */
  public ModelStatisticsResponse statistics(String model, String version)
      throws RefusedRequestException {
    return descriptions.statistics(model, version);
  }

  public RepositoryIndexResponse index(String repository, boolean onlyReady)
      throws RefusedRequestException {
    RepositoryControl.refuseRepositoryName(repository);
    return descriptions.index(onlyReady);
  }

  /** Blocks until the model is loaded. */
  public void load(RepositoryModelLoadRequest request) throws RefusedRequestException {
    repository.load(request);
  }

  public void unload(RepositoryModelUnloadRequest request) throws RefusedRequestException {
    repository.unload(request);
  }

  /** Of one model when it is named. What is known is told and not set. */
  public TraceSettingResponse traceSettings(TraceSettingRequest request)
      throws RefusedRequestException {
    String model = request.getModelName();
    if (!model.isEmpty() && !isReady(model, "")) {
      throw RefusedRequestException.invalid("Request for unknown model : " + model);
    }
    return ServerSettings.trace(request);
  }

  /** What is known is told and not set. */
  public LogSettingsResponse logSettings(LogSettingsRequest request)
      throws RefusedRequestException {
    return ServerSettings.log(request);
  }

  /** Answers an inference request; blocks until it is computed. */
  public ModelInferResponse infer(ModelInferRequest request) throws RefusedRequestException {
    long received = System.nanoTime();
    inference.confirm(request, received);
    return inference.answer(request, received);
  }

  Inference inference() {
    return inference;
  }
}
