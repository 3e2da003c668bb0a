package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static ai.neo.modelgateway.GatewayFixture.floats;
import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatewayFixture;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelStreamInferResponse;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** ModelStreamInfer over a real server. */
class StreamedInferenceTest {
  private static final ModelInferRequest NOT_A_NUMBER =
      raw(1).setId("nan").setRawInputContents(0, floats(Float.NaN, 0, 0, 0)).build();

  private static GatewayFixture fixture;

  @BeforeAll
  static void start() {
    fixture = GatewayFixture.start();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Test
  void everyRequestIsAnsweredInItsOrderAndSaidToBeFinal() throws Exception {
    List<ModelInferRequest> requests = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      requests.add(raw(1 + i % 3).setId("s-" + i).build());
    }
    List<ModelStreamInferResponse> answers = stream(requests);
    assertThat(answers)
        .hasSize(500)
        .allSatisfy(
            answer -> {
              assertThat(answer.getErrorMessage()).isEmpty();
              assertThat(
                      answer
                          .getInferResponse()
                          .getParametersOrThrow("triton_final_response")
                          .getBoolParam())
                  .isTrue();
            });
    for (int i = 0; i < 500; i++) {
      assertThat(answers.get(i).getInferResponse().getId()).isEqualTo("s-" + i);
    }
  }

  @Test
  void aWrongRequestIsAnsweredInLineAndTheStreamGoesOn() throws Exception {
    List<ModelStreamInferResponse> answers =
        stream(List.of(raw(1).setId("a").setModelName("m").build(), raw(1).setId("b").build()));
    assertThat(answers.get(0).getErrorMessage())
        .isEqualTo("Request for unknown model: 'm' is not found");
    assertThat(answers.get(0).getInferResponse().getId()).isEqualTo("a");
    assertThat(answers.get(0).getInferResponse().getModelName()).isEmpty();
    assertThat(answers.get(1).getInferResponse().getModelVersion()).isEqualTo("1");
  }

  @Test
  void anErrorOfTheModelIsFinalAndEndsTheStreamOnlyWhereThatWasAskedFor() throws Exception {
    List<ModelStreamInferResponse> answers =
        stream(List.of(NOT_A_NUMBER, raw(1).setId("b").build()));
    assertThat(answers).hasSize(2);
    assertThat(answers.get(0).getErrorMessage()).contains("not finite");
    assertThat(answers.get(0).getInferResponse().getModelName()).isEqualTo(MODEL);
    assertThat(answers.get(0).getInferResponse().containsParameters("triton_final_response"))
        .isTrue();

    Metadata header = new Metadata();
    header.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
    GRPCInferenceServiceGrpc.GRPCInferenceServiceStub ending =
        GRPCInferenceServiceGrpc.newStub(fixture.channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header));
    assertThat(stream(ending, List.of(raw(1).setModelName("m").build()))).hasSize(1);
    assertThatThrownBy(() -> stream(ending, List.of(NOT_A_NUMBER)))
        .hasMessageContaining("INTERNAL")
        .hasMessageContaining("not finite");
  }

  @Test
  void anEmptyStreamEndsWell() throws Exception {
    assertThat(stream(List.of())).isEmpty();
  }

  private static List<ModelStreamInferResponse> stream(List<ModelInferRequest> requests)
      throws Exception {
    return stream(GRPCInferenceServiceGrpc.newStub(fixture.channel), requests);
  }

  private static List<ModelStreamInferResponse> stream(
      GRPCInferenceServiceGrpc.GRPCInferenceServiceStub stub, List<ModelInferRequest> requests)
      throws Exception {
    CompletableFuture<List<ModelStreamInferResponse>> all = new CompletableFuture<>();
    List<ModelStreamInferResponse> answers = new ArrayList<>();
    StreamObserver<ModelInferRequest> to =
        stub.modelStreamInfer(
            new StreamObserver<>() {
              @Override
              public void onNext(ModelStreamInferResponse answer) {
                answers.add(answer);
              }

              @Override
              public void onError(Throwable cause) {
                all.completeExceptionally(cause);
              }

              @Override
              public void onCompleted() {
                all.complete(answers);
              }
            });
    requests.forEach(to::onNext);
    to.onCompleted();
    return all.get(20, TimeUnit.SECONDS);
  }
}
