package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.TinyOnnx;
import inference.DataType;
import inference.LogSettingsRequest;
import inference.ModelConfig;
import inference.ModelConfigRequest;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelReadyRequest;
import inference.ModelStatistics;
import inference.ModelStatisticsRequest;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import inference.ServerLiveRequest;
import inference.ServerMetadataRequest;
import inference.ServerReadyRequest;
import inference.SystemSharedMemoryRegisterRequest;
import inference.SystemSharedMemoryStatusRequest;
import inference.SystemSharedMemoryUnregisterRequest;
import inference.TraceSettingRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything around inference: health, metadata, statistics, repository, settings. */
class DescriptionProtocolTest {

  private GatewayFixture fixture;

  @BeforeEach
  void start() {
    fixture = GatewayFixture.start(true);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void theServerIsLiveAndReady() {
    assertThat(fixture.stub().serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
        .isTrue();
    assertThat(fixture.stub().serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
        .isTrue();
    assertThat(
            HealthGrpc.newBlockingStub(fixture.channel)
                .check(HealthCheckRequest.newBuilder().setService("any").build())
                .getStatus())
        .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
  }

  @Test
  void theUnknownIsNotReadyAndNoError() {
    assertThat(ready(MODEL, "")).isTrue();
    assertThat(ready(MODEL, "1")).isTrue();
    assertThat(ready(MODEL, "9")).isFalse();
    assertThat(ready("unknown", "")).isFalse();
    assertThatThrownBy(() -> ready(MODEL, "abc")).hasMessageStartingWith("INVALID_ARGUMENT");
  }

  @Test
  void serverMetadataListsOnlyWhatWorks() {
    var metadata = fixture.stub().serverMetadata(ServerMetadataRequest.getDefaultInstance());
    assertThat(metadata.getName()).isEqualTo("neo");
    assertThat(metadata.getVersion()).matches("[0-9]+\\..*");
    assertThat(metadata.getExtensionsList())
        .contains("statistics", "model_repository", "classification")
        .doesNotContain("system_shared_memory", "sequence");
  }

  @Test
  void metadataAndConfigurationTellTheModelContract() throws Exception {
    fixture.promote(new TinyOnnx().expectedReturn().bytes());
    ModelMetadataResponse all = metadata("");
    assertThat(all.getVersionsList()).containsExactly("1", "2");
    assertThat(metadata("1").getVersionsList()).containsExactly("1");
    assertThat(all.getPlatform()).isEqualTo("onnxruntime_onnx");
    assertThat(all.getInputs(0).getName()).isEqualTo("features");
    assertThat(all.getInputs(0).getDatatype()).isEqualTo("FP32");
    assertThat(all.getInputs(0).getShapeList()).containsExactly(-1L, 4L);
    assertThat(all.getOutputs(0).getShapeList()).containsExactly(-1L, 3L);
    assertThat(all.getOutputs(1).getShapeList()).containsExactly(-1L, 1L);

    ModelConfig config =
        fixture
            .stub()
            .modelConfig(ModelConfigRequest.newBuilder().setName(MODEL).build())
            .getConfig();
    assertThat(config.getMaxBatchSize()).isZero();
    assertThat(config.getInput(0).getDataType()).isEqualTo(DataType.TYPE_FP32);
    assertThat(config.getInput(0).getDimsList()).containsExactly(-1L, 4L);
    assertThat(config.getOutput(1).getName()).isEqualTo("expected_return");
    assertThat(config.getParametersOrThrow("feature_set_id").getStringValue())
        .isEqualTo(GatewayFixture.FEATURE_SET);
    assertThatThrownBy(
            () ->
                fixture
                    .stub()
                    .modelMetadata(ModelMetadataRequest.newBuilder().setName("m").build()))
        .hasMessage("NOT_FOUND: Request for unknown model: 'm' is not found");
  }

  @Test
  void statisticsRiseWithEachAnsweredRequestWhateverItsRows() {
    fixture.stub().modelInfer(raw(1).build());
    fixture.stub().modelInfer(raw(8).build());
    ModelStatistics row = statistics(MODEL, "1");

    assertThat(row.getInferenceCount()).isEqualTo(2);
    assertThat(row.getExecutionCount()).isEqualTo(2);
    assertThat(row.getInferenceStats().getSuccess().getCount()).isEqualTo(2);
    assertThat(row.getInferenceStats().getQueue().getCount()).isEqualTo(2);
    assertThat(row.getInferenceStats().getComputeInfer().getNs()).isPositive();
    assertThat(row.getBatchStats(0).getBatchSize()).isEqualTo(1);
    assertThat(row.getLastInference()).isPositive();
    assertThatThrownBy(() -> statistics(MODEL, "9"))
        .hasMessage(
            "INVALID_ARGUMENT: requested model version is not available for model 'direction'");
    assertThatThrownBy(() -> statistics("m", ""))
        .hasMessage("INVALID_ARGUMENT: requested model 'm' is not available");
  }

  @Test
  void theIndexListsWhatIsReady() {
    RepositoryIndexResponse index =
        fixture.stub().repositoryIndex(RepositoryIndexRequest.getDefaultInstance());
    assertThat(index.getModelsList())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.getName()).isEqualTo(MODEL);
              assertThat(row.getVersion()).isEqualTo("1");
              assertThat(row.getState()).isEqualTo("READY");
            });
    assertThatThrownBy(
            () ->
                fixture
                    .stub()
                    .repositoryIndex(
                        RepositoryIndexRequest.newBuilder().setRepositoryName("r").build()))
        .hasMessage("UNIMPLEMENTED: 'repository_name' specification is not supported");
  }

  @Test
  void anAdministratorUnloadsAndLoadsWhatTheRegistrySays() {
    var unload = RepositoryModelUnloadRequest.newBuilder().setModelName(MODEL).build();
    fixture.stub().repositoryModelUnload(unload);
    assertThatThrownBy(() -> fixture.stub().modelInfer(raw(1).build()))
        .hasMessage("NOT_FOUND: Request for unknown model: 'direction' has no available versions");

    var load = RepositoryModelLoadRequest.newBuilder().setModelName(MODEL).build();
    fixture.stub().repositoryModelLoad(load);
    assertThat(fixture.stub().modelInfer(raw(1).build()).getModelVersion()).isEqualTo("1");
    assertThatThrownBy(
            () -> fixture.stub().repositoryModelLoad(load.toBuilder().setModelName("m").build()))
        .hasMessage("INTERNAL: failed to load 'm', the registry knows no champion of it");
  }

  @Test
  void nobodyElseLoadsOrUnloads() {
    try (GatewayFixture guarded = GatewayFixture.start(false)) {
      assertThatThrownBy(
              () ->
                  guarded
                      .stub()
                      .repositoryModelUnload(
                          RepositoryModelUnloadRequest.newBuilder().setModelName(MODEL).build()))
          .hasMessage(
              "UNAVAILABLE: explicit model load / unload is not allowed if polling is enabled");
    }
  }

  @Test
  void sharedMemoryIsEmptyAndCannotBeRegistered() {
    assertThat(
            fixture
                .stub()
                .systemSharedMemoryStatus(SystemSharedMemoryStatusRequest.getDefaultInstance())
                .getRegionsMap())
        .isEmpty();
    fixture
        .stub()
        .systemSharedMemoryUnregister(SystemSharedMemoryUnregisterRequest.getDefaultInstance());
    assertThatThrownBy(
            () ->
                fixture
                    .stub()
                    .systemSharedMemoryRegister(
                        SystemSharedMemoryRegisterRequest.getDefaultInstance()))
        .hasMessageStartingWith("UNIMPLEMENTED");
  }

  @Test
  void settingsAreTold() {
    assertThat(
            fixture
                .stub()
                .traceSetting(TraceSettingRequest.getDefaultInstance())
                .getSettingsOrThrow("trace_level")
                .getValue(0))
        .isEqualTo("OFF");
    assertThatThrownBy(
            () ->
                fixture
                    .stub()
                    .traceSetting(TraceSettingRequest.newBuilder().setModelName("nope").build()))
        .hasMessage("INVALID_ARGUMENT: Request for unknown model : nope");
    assertThat(
            fixture
                .stub()
                .logSettings(LogSettingsRequest.getDefaultInstance())
                .getSettingsOrThrow("log_error")
                .getBoolParam())
        .isTrue();
  }

  @Test
  void metricsCarryTritonsNames() throws Exception {
    fixture.stub().modelInfer(raw(3).build());
    HttpResponse<String> page = get("/metrics");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains(
            "nv_inference_request_success{model=\"direction\",version=\"1\"} 1\n",
            "nv_inference_request_failure{model=\"direction\",version=\"1\",reason=\"BACKEND\"} 0",
            "nv_inference_count{model=\"direction\",version=\"1\"} 1\n",
            "nv_inference_exec_count{",
            "nv_inference_request_duration_us{",
            "neo_inference_rows_total{model=\"direction\",version=\"1\"} 3\n",
            "neo_model_champion_version{model=\"direction\"} 1\n");
    assertThat(get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/v2/health/ready").statusCode()).isEqualTo(200);
    assertThat(get("/metrics/other").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + fixture.gateway.httpPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private boolean ready(String model, String version) {
    return fixture
        .stub()
        .modelReady(ModelReadyRequest.newBuilder().setName(model).setVersion(version).build())
        .getReady();
  }

  private ModelMetadataResponse metadata(String version) {
    return fixture
        .stub()
        .modelMetadata(
            ModelMetadataRequest.newBuilder().setName(MODEL).setVersion(version).build());
  }

  private ModelStatistics statistics(String model, String version) {
    return fixture
        .stub()
        .modelStatistics(
            ModelStatisticsRequest.newBuilder().setName(model).setVersion(version).build())
        .getModelStats(0);
  }
}
