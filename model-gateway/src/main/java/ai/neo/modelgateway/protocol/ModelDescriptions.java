package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Platform;
import ai.neo.modelgateway.repository.ModelRepository;
import ai.neo.modelgateway.serving.CatalogEntry;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.TensorContract;
import ai.neo.modelgateway.serving.VersionStatistics;
import inference.DataType;
import inference.InferBatchStatistics;
import inference.InferStatistics;
import inference.ModelConfig;
import inference.ModelConfigResponse;
import inference.ModelInput;
import inference.ModelInstanceGroup;
import inference.ModelMetadataResponse;
import inference.ModelOutput;
import inference.ModelParameter;
import inference.ModelStatistics;
import inference.ModelStatisticsResponse;
import inference.RepositoryIndexResponse;
import inference.RepositoryIndexResponse.ModelIndex;
import inference.StatisticDuration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What there is and what it has done, in the protocol's messages. */
final class ModelDescriptions {

  private static final String READY = "READY";
  private static final String UNAVAILABLE = "UNAVAILABLE";

  private final ServingCatalog catalog;
  private final ForwardedModels forwarded;
  private final ModelRepository folder;

  ModelDescriptions(OpenInference.Models models, ForwardedModels forwarded) {
    this.catalog = models.catalog();
    this.folder = models.elsewhere().repository();
    this.forwarded = forwarded;
  }

  ModelMetadataResponse metadata(String model, String asked) throws RefusedRequestException {
    Optional<ModelMetadataResponse> elsewhere = forwarded.metadata(model, asked);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    ServedVersion version = ModelAvailability.enter(catalog, model, asked).version();
    try {
      ModelMetadataResponse.Builder metadata =
          ModelMetadataResponse.newBuilder()
              .setName(model)
              .setPlatform(Platform.of(version.artifact().format()).platform());
      for (TensorContract.Port input : ModelTensors.inputs(version)) {
        metadata.addInputs(tensor(input, ModelTensors.shape(version, input)));
      }
      for (TensorContract.Port output : ModelTensors.outputs(version)) {
        metadata.addOutputs(tensor(output, ModelTensors.shape(version, output)));
      }
      if (asked.isEmpty()) {
        versions(model).forEach(ready -> metadata.addVersions(ready.version()));
      } else {
        metadata.addVersions(version.version());
      }
      return metadata.build();
    } finally {
      version.leave();
    }
  }

  /**
   * As stated in a model repository. Of a registered version batching is the caller's: with
   * max_batch_size 0 the first dimension is the model's own.
   */
  ModelConfigResponse config(String model, String asked) throws RefusedRequestException {
    Optional<ModelConfigResponse> elsewhere = forwarded.config(model, asked);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    ServedVersion version = ModelAvailability.enter(catalog, model, asked).version();
    try {
      if (version.tensors().isPresent()) {
        ModelConfig config = version.tensors().get().config();
        return ModelConfigResponse.newBuilder().setConfig(config).build();
      }
      Optional<ModelConfig> stated = version.terms().config();
      if (stated.filter(config -> config.getInputCount() > 0).isPresent()) {
        return ModelConfigResponse.newBuilder().setConfig(stated.get()).build();
      }
      Platform platform = Platform.of(version.artifact().format());
      ModelConfig.Builder config =
          ModelConfig.newBuilder()
              .setName(model)
              .setPlatform(platform.platform())
              .setBackend(platform.engine())
              .setMaxBatchSize(0)
              .addInput(
                  ModelInput.newBuilder()
                      .setName(ModelTensors.FEATURES)
                      .setDataType(DataType.TYPE_FP32)
                      .addDims(ModelTensors.ANY)
                      .addDims(version.model().features()))
              .addInstanceGroup(
                  ModelInstanceGroup.newBuilder()
                      .setName(model)
                      .setKind(ModelInstanceGroup.Kind.KIND_CPU)
                      .setCount(1))
              .putParameters("feature_set_id", parameter(version.artifact().featureSetId()))
              .putParameters("model_digest", parameter(version.artifact().digest()));
      for (TensorContract.Port output : ModelTensors.outputs(version)) {
        config.addOutput(
            ModelOutput.newBuilder()
                .setName(output.name())
                .setDataType(output.type().inConfig())
                .addAllDims(output.dims()));
      }
      return ModelConfigResponse.newBuilder().setConfig(config).build();
    } finally {
      version.leave();
    }
  }

  RepositoryIndexResponse index(boolean onlyReady) {
    RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
    List<ModelIndex> rows = forwarded.index();
    rows.stream()
        .filter(row -> !onlyReady || row.getState().equals(READY))
        .forEach(index::addModels);
    Set<String> readyElsewhere = ForwardedModels.readyIn(rows);
    for (CatalogEntry entry : catalog.entries()) {
      if (readyElsewhere.contains(entry.model())) {
        continue;
      }
      for (ServedVersion version : entry.versions()) {
        index.addModels(row(entry.model(), version.version(), READY, ""));
      }
      if (!onlyReady) {
        entry
            .failedVersion()
            .ifPresent(v -> index.addModels(row(entry.model(), v, UNAVAILABLE, entry.failure())));
        if (entry.versions().isEmpty()
            && entry.failedVersion().isEmpty()
            && !folder.contains(entry.model())) {
          index.addModels(row(entry.model(), "", UNAVAILABLE, "unloaded"));
        }
      }
    }
    if (!onlyReady) {
      folder
          .unavailable()
          .forEach(
              model ->
                  index.addModels(
                      row(model.model(), model.version(), UNAVAILABLE, model.reason())));
    }
    return index.build();
  }

  /** Rows of loaded versions; all models when no name is given. */
  ModelStatisticsResponse statistics(String model, String asked) throws RefusedRequestException {
    String number = model.isEmpty() ? "" : VersionNumber.read(asked);
    ModelStatisticsResponse.Builder rows = ModelStatisticsResponse.newBuilder();
    List<ModelStatistics> elsewhere = forwarded.statistics(model, asked);
    rows.addAllModelStats(elsewhere);
    Set<String> told = elsewhere.stream().map(ModelStatistics::getName).collect(Collectors.toSet());
    for (CatalogEntry entry : catalog.entries()) {
      boolean wanted = model.isEmpty() || entry.model().equals(model);
      if (wanted && !told.contains(entry.model())) {
        entry.versions().stream()
            .filter(version -> number.isEmpty() || version.version().equals(number))
            .forEach(version -> rows.addModelStats(statistics(entry.model(), version)));
      }
    }
    if (rows.getModelStatsCount() == 0 && !model.isEmpty()) {
      boolean loaded = !versions(model).isEmpty();
      throw RefusedRequestException.invalid(
          loaded
              ? "requested model version is not available for model '" + model + "'"
              : "requested model '" + model + "' is not available");
    }
    return rows.build();
  }

  private List<ServedVersion> versions(String model) {
    return catalog.entries().stream()
        .filter(entry -> entry.model().equals(model))
        .flatMap(entry -> entry.versions().stream())
        .toList();
  }

  private static ModelStatistics statistics(String model, ServedVersion version) {
    VersionStatistics.Totals totals = version.statistics().totals();
    List<VersionStatistics.Executions> runs = version.statistics().executions();
    long n = totals.successes();
    ModelStatistics.Builder row =
        ModelStatistics.newBuilder()
            .setName(model)
            .setVersion(version.version())
            .setLastInference(totals.lastInferenceMs())
            .setInferenceCount(totals.inferences(version.maxBatchSize()))
            .setExecutionCount(runs.stream().mapToLong(VersionStatistics.Executions::count).sum())
            .setInferenceStats(
                InferStatistics.newBuilder()
                    .setSuccess(duration(n, totals.successNs()))
                    .setFail(duration(totals.failures(), totals.failureNs()))
                    .setQueue(duration(n, totals.queueNs()))
                    .setComputeInput(duration(n, totals.inputNs()))
                    .setComputeInfer(duration(n, totals.inferNs()))
                    .setComputeOutput(duration(n, totals.outputNs()))
                    .setCacheHit(duration(0, 0))
                    .setCacheMiss(duration(0, 0)));
    for (VersionStatistics.Executions size : runs) {
      row.addBatchStats(
          InferBatchStatistics.newBuilder()
              .setBatchSize(size.computations())
              .setComputeInfer(duration(size.count(), size.ns())));
    }
    return row.build();
  }

  private static StatisticDuration duration(long count, long ns) {
    return StatisticDuration.newBuilder().setCount(count).setNs(ns).build();
  }

  private static ModelMetadataResponse.TensorMetadata tensor(
      TensorContract.Port tensor, List<Long> shape) {
    return ModelMetadataResponse.TensorMetadata.newBuilder()
        .setName(tensor.name())
        .setDatatype(tensor.type().name())
        .addAllShape(shape)
        .build();
  }

  private static RepositoryIndexResponse.ModelIndex row(
      String model, String version, String state, String reason) {
    return RepositoryIndexResponse.ModelIndex.newBuilder()
        .setName(model)
        .setVersion(version)
        .setState(state)
        .setReason(reason)
        .build();
  }

  private static ModelParameter parameter(String value) {
    return ModelParameter.newBuilder().setStringValue(value).build();
  }
}
