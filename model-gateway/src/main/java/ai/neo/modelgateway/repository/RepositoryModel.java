package ai.neo.modelgateway.repository;

import ai.neo.modelgateway.engine.ArtifactFormats;
import ai.neo.modelgateway.engine.ConfigFile;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.StatedSignature;
import ai.neo.modelgateway.serving.ServingTerms;
import ai.neo.modelgateway.serving.SuppliedVersion;
import ai.neo.proto.artifact.ArtifactFormat;
import com.google.protobuf.Descriptors.FieldDescriptor;
import inference.ModelConfig;
import inference.ModelOutput;
import inference.ModelParameter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One folder of a model repository, as it is to be served. Reading it blocks. */
final class RepositoryModel {

  private static final Logger LOG = LoggerFactory.getLogger(RepositoryModel.class);

  private static final String CONFIG = "config.pbtxt";
  private static final String FEATURE_SET_ID = "feature_set_id";

  private static final int LABELS_MAX_BYTES = 16 << 20;

  /** What Triton does by them is done otherwise here, or not needed. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("instance_group", "optimization", "model_warmup", "response_cache", "metric_tags");

  /** Parameters of Triton's PyTorch backend that there is nothing for here. */
  private static final Set<String> TORCH_PARAMETERS =
      Set.of(
          "DISABLE_OPTIMIZED_EXECUTION",
          "INFERENCE_MODE",
          "DISABLE_CUDNN",
          "ENABLE_CACHE_CLEANING",
          "ENABLE_WEIGHT_SHARING",
          "ENABLE_TENSOR_FUSER",
          "ENABLE_JIT_PROFILING",
          "ENABLE_JIT_EXECUTOR",
          "INTRA_OP_THREAD_COUNT",
          "INTER_OP_THREAD_COUNT");

  private RepositoryModel() {}

  /**
   * The model's configuration; made up where there is no file, as Triton does.
   *
   * @throws ModelRefusedException with what is wrong, and where
   */
  static ModelConfig config(RepositoryFiles files, String model) throws ModelRefusedException {
    ModelConfig.Builder config = ModelConfig.newBuilder();
    if (files.exists(model, CONFIG)) {
      byte[] bytes = files.read(ConfigFile.SIZE_MAX_BYTES, model, CONFIG);
      ConfigFile file =
          ConfigFile.read(model + "/" + CONFIG, new String(bytes, StandardCharsets.UTF_8));
      for (String unknown : file.unknown()) {
        LOG.warn("{}/{}:{} is not known here and has no effect", model, CONFIG, unknown);
      }
      config.mergeFrom(file.config());
    }
    if (!config.getName().isEmpty() && !config.getName().equals(model)) {
      throw new ModelRefusedException(
          "%s/%s: the name is '%s', and must be that of its folder"
              .formatted(model, CONFIG, config.getName()));
    }
    if (config.getMaxBatchSize() < 0) {
      throw new ModelRefusedException(
          "%s/%s: 'max_batch_size' must be non-negative value".formatted(model, CONFIG));
    }
    config.setName(model);
    warnOfNoEffect(config);
    return withEngine(files, config);
  }

  private static ModelConfig withEngine(RepositoryFiles files, ModelConfig.Builder config)
      throws ModelRefusedException {
    requireServable(config);
    String backend = config.getBackend();
    String ofPlatform =
        switch (config.getPlatform()) {
          case "onnxruntime_onnx" -> "onnxruntime";
          case "pytorch_libtorch" -> "pytorch";
          case "" -> backend.isEmpty() ? backendOfFiles(files, config.getName()) : backend;
          default ->
              throw new ModelRefusedException(
                  "there is no engine here for platform '" + config.getPlatform() + "'");
        };
    if (backend.isEmpty()) {
      backend = ofPlatform;
    }
    String file =
        switch (backend) {
          case "onnxruntime" -> "model.onnx";
          case "pytorch" -> "model.pt";
          default ->
              throw new ModelRefusedException(
                  "there is no engine here for backend '" + backend + "'");
        };
    config.setBackend(backend);
    config.setPlatform(backend.equals("pytorch") ? "pytorch_libtorch" : "onnxruntime_onnx");
    if (config.getDefaultModelFilename().isEmpty()) {
      config.setDefaultModelFilename(file);
    }
    return config.build();
  }

  private static void requireServable(ModelConfig.Builder config) throws ModelRefusedException {
    if (config.hasEnsembleScheduling() || config.getPlatform().equals("ensemble")) {
      throw new ModelRefusedException("ensembles of a model repository are not served here");
    }
    if (config.hasSequenceBatching()) {
      throw new ModelRefusedException(
          "models with sequences (sequence_batching) are not served here");
    }
    if (!config.getRuntime().isEmpty()) {
      throw new ModelRefusedException(
          "there is no engine here for runtime '" + config.getRuntime() + "'");
    }
    if (config.getModelTransactionPolicy().getDecoupled()) {
      throw new ModelRefusedException("decoupled models are not served here");
    }
  }

  private static String backendOfFiles(RepositoryFiles files, String model)
      throws ModelRefusedException {
    for (Long version : files.versions(model)) {
      if (files.exists(model, Long.toString(version), "model.onnx")) {
        return "onnxruntime";
      }
      if (files.exists(model, Long.toString(version), "model.pt")) {
        return "pytorch";
      }
    }
    throw new ModelRefusedException(
        "neither platform nor backend is stated, and no version has a model.onnx or a model.pt");
  }

  /** A version's file, with its digest as it is now. */
  static SuppliedVersion version(RepositoryFiles files, ModelConfig config, long version)
      throws ModelRefusedException {
    String number = Long.toString(version);
    byte[] content =
        files.read(
            ArtifactFormat.SIZE_MAX_BYTES,
            config.getName(),
            number,
            config.getDefaultModelFilename());
    String featureSet =
        Optional.ofNullable(config.getParametersMap().get(FEATURE_SET_ID))
            .map(ModelParameter::getStringValue)
            .orElse("");
    ModelArtifact artifact =
        new ModelArtifact(
            config.getName(),
            number,
            sha256(content),
            config.getBackend().equals("pytorch")
                ? ArtifactFormats.TORCHSCRIPT
                : ArtifactFormats.ONNX,
            featureSet,
            content);
    // Only TorchScript is loaded by what is stated; ONNX is compared with it.
    ModelArtifact told =
        config.getBackend().equals("pytorch")
            ? artifact.stating(StatedSignature.of(config))
            : artifact;
    return new SuppliedVersion(told, ServingTerms.of(config).labelled(labels(files, config)));
  }

  /** A class's label is the line of its number, in a file that lies beside the configuration. */
  private static Map<String, List<String>> labels(RepositoryFiles files, ModelConfig config)
      throws ModelRefusedException {
    Map<String, List<String>> labels = new HashMap<>();
    for (ModelOutput output : config.getOutputList()) {
      String file = output.getLabelFilename();
      if (!file.isEmpty()) {
        byte[] text = files.read(LABELS_MAX_BYTES, config.getName(), file);
        labels.put(output.getName(), new String(text, StandardCharsets.UTF_8).lines().toList());
      }
    }
    return labels;
  }

  private static void warnOfNoEffect(ModelConfig.Builder config) {
    List<String> fields = new ArrayList<>();
    for (FieldDescriptor field : config.getAllFields().keySet()) {
      if (WITHOUT_EFFECT.contains(field.getName())) {
        fields.add(field.getName());
      }
    }
    if (config.getDynamicBatching().getMaxQueueDelayMicroseconds() > 0) {
      fields.add("dynamic_batching.max_queue_delay_microseconds");
    }
    if (config.getDynamicBatching().hasDefaultQueuePolicy()) {
      fields.add("dynamic_batching.default_queue_policy");
    }
    config.getParametersMap().keySet().stream()
        .filter(TORCH_PARAMETERS::contains)
        .sorted()
        .forEach(parameter -> fields.add("parameters " + parameter));
    if (!fields.isEmpty()) {
      LOG.warn("{}/{}: without effect here: {}", config.getName(), CONFIG, fields);
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
