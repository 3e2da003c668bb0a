package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.forward.ForwardSettings;
import ai.neo.modelgateway.forward.StandInServer;
import ai.neo.modelgateway.forward.StandInServer.Streamed;
import com.google.protobuf.ByteString;
import inference.InferParameter;
import inference.ModelConfig;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import inference.ModelTransactionPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams of another server's decoupled model through the gateway. */
class DecoupledStreamTest {
  private static final String REPEAT = "repeat";

  private StandInServer there;
  private GatewayFixture here;

  @BeforeEach
  void start() throws IOException {
    there = new StandInServer(REPEAT, "1", "2");
    there.isConfigured(
        ModelConfig.newBuilder()
            .setModelTransactionPolicy(ModelTransactionPolicy.newBuilder().setDecoupled(true)));
  }

  private void forward() {
    here =
        GatewayFixture.forwarding(
            new ForwardSettings(
                List.of(there.target()),
                Duration.ofMillis(40),
                Duration.ofMillis(400),
                Duration.ofMillis(20),
                Duration.ofMillis(300)));
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  @Test
  void everyResponsePassesAsItsBytesAndSaysWhoGaveIt() throws Exception {
    forward();
    StreamClient client = StreamClient.open(here.channel);
    client.send(
        request("a", 3)
            .putParameters("triton_enable_empty_final_response", flag())
            .putParameters("min_epoch", InferParameter.newBuilder().setInt64Param(1).build()));
    for (int i = 0; i < 3; i++) {
      ModelInferResponse part = client.take().getInferResponse();
      assertThat(part.getRawOutputContents(0).byteAt(0)).isEqualTo((byte) i);
      assertThat(part.getModelVersion()).isEqualTo("2");
      assertThat(part.getId()).isEqualTo("a");
      assertThat(part.getParametersOrThrow("triton_final_response").getBoolParam()).isFalse();
      assertThat(text(part, "engine")).isEqualTo("triton");
      assertThat(text(part, "server")).isEqualTo("there");
      assertThat(text(part, "alias")).isEqualTo("default");
      assertThat(text(part, "batch_shape")).isEqualTo("[1]");
      assertThat(part.getParametersOrThrow("epoch").getInt64Param()).isEqualTo(1);
    }
    ModelInferResponse last = client.take().getInferResponse();
    assertThat(last.getParametersOrThrow("triton_final_response").getBoolParam()).isTrue();
    assertThat(last.getOutputsCount()).isZero();

    client.send(request("none", 0).setModelVersion("1"));
    client.send(request("", 1));
    client.halfClose();
    client.end.get(10, TimeUnit.SECONDS);
    assertThat(client.answers).hasSize(1);
    assertThat(there.received.take().getParametersMap())
        .containsOnlyKeys("triton_enable_empty_final_response");
    assertThat(there.received)
        .extracting(ModelInferRequest::getModelVersion)
        .as("each by itself, in any order")
        .containsExactlyInAnyOrder("1", "2");
    assertThat(there.hurried).containsOnly(false);
  }

  @Test
  void itsRequestsRunBesideEachOtherAndBesideThoseOfOtherModels() throws Exception {
    there.streams(stream -> {});
    forward();
    StreamClient client = StreamClient.open(here.channel);
    client.send(request("a", 0));
    client.send(request("b", 0));
    client.send(raw(1).setId("local"));
    assertThat(client.take().getInferResponse().getId()).isEqualTo("local");
    Streamed first = there.streams.take();
    Streamed second = there.streams.take();
    second.part(0, ByteString.copyFromUtf8("x"));
    assertThat(client.take().getInferResponse().getId()).isEqualTo(second.request().getId());
    first.part(0, ByteString.copyFromUtf8("y"));
    assertThat(client.take().getInferResponse().getId()).isEqualTo(first.request().getId());
    client.halfClose();
    second.part(1, ByteString.copyFromUtf8("z"));
    assertThat(client.take().getInferResponse().getRawOutputContents(0).toStringUtf8())
        .isEqualTo("z");
    first.end();
    second.end();
    client.end.get(10, TimeUnit.SECONDS);
  }

  @Test
  void anErrorOfTheModelPassesAndEndsTheStreamOnlyWhereThatWasAskedFor() throws Exception {
    there.streams(stream -> stream.error("count must not be negative, got -1"));
    forward();
    StreamClient client = StreamClient.open(here.channel);
    client.send(request("a", 0));
    ModelStreamInferResponse error = client.take();
    assertThat(error.getErrorMessage()).isEqualTo("count must not be negative, got -1");
    assertThat(error.getInferResponse().getModelName()).isEqualTo(REPEAT);
    client.send(request("b", 0).setModelVersion("abc"));
    assertThat(client.take().getErrorMessage()).contains("'abc'");
    client.send(raw(1));
    assertThat(client.take().getErrorMessage()).isEmpty();
    assertThat(metrics()).contains("outcome=\"refused\"} 1");

    StreamClient ending = StreamClient.ending(here.channel);
    ending.send(request("a", 0));
    assertThatThrownBy(() -> ending.end.get(10, TimeUnit.SECONDS))
        .hasMessageContaining("INTERNAL: count must not be negative");
  }

  @Test
  void aSlowCallerHoldsUpItsOwnServerAndNobodyElse() throws Exception {
    int all = 128;
    AtomicInteger sent = new AtomicInteger();
    ByteString bytes = ByteString.copyFrom(new byte[64 << 10]);
    Consumer<Streamed> fill =
        stream -> {
          while (sent.get() < all && stream.answers().isReady()) {
            stream.part(sent.get(), bytes);
            if (sent.incrementAndGet() == all) {
              stream.end();
            }
          }
        };
    there.whenReady(fill);
    there.streams(fill);
    forward();
    StreamClient slow = StreamClient.slow(here.channel);
    slow.send(request("slow", 0));
    Streamed stream = there.streams.take();
    until(() -> sent.get() > 0 && !stream.answers().isReady());
    there.streams(other -> other.repeat(2));
    for (int i = 0; i < 3; i++) {
      StreamClient other = StreamClient.open(here.channel);
      other.send(request("quick", 0));
      other.halfClose();
      other.end.get(10, TimeUnit.SECONDS);
      assertThat(other.answers).hasSize(2);
    }
    assertThat(sent.get()).as("two or three MiB of 8").isLessThan(96);
    slow.halfClose();
    slow.read(all + 1);
    slow.end.get(10, TimeUnit.SECONDS);
    assertThat(slow.answers).hasSize(all);
  }

  @Test
  void aCallerThatGoesIsNotShownToATritonThatDiesOfIt() throws Exception {
    there.streams(stream -> stream.part(0, ByteString.copyFromUtf8("x")));
    forward();
    StreamClient client = StreamClient.open(here.channel);
    client.send(request("a", 0));
    client.take();
    client.cancel();
    Streamed stream = there.streams.take();
    for (int i = 0; i < 50; i++) {
      stream.part(i, ByteString.copyFrom(new byte[64 << 10]));
    }
    assertThat(metrics()).contains("neo_forward_in_flight{server=\"there\"} 1");
    assertThat(stream.context().isCancelled()).isFalse();
    stream.end();
    until(() -> metrics().contains("outcome=\"dropped\"} 1"));
    until(() -> metrics().contains("neo_forward_in_flight{server=\"there\"} 0"));
  }

  @Test
  void aTritonThatSurvivesItIsTold() throws Exception {
    there.isOfVersion("2.59.0");
    there.streams(stream -> {});
    forward();
    StreamClient client = StreamClient.open(here.channel);
    client.send(request("a", 0));
    Streamed stream = there.streams.take();
    client.cancel();
    until(stream.context()::isCancelled);
  }

  @Test
  void aServerThatDiesIsToldToEachRequestAndTheStreamGoesOn() throws Exception {
    there.streams(stream -> stream.part(0, ByteString.copyFromUtf8("x")));
    forward();
    StreamClient client = StreamClient.open(here.channel);
    List<String> ids = new ArrayList<>();
    for (String id : List.of("a", "b", "c")) {
      client.send(request(id, 0));
      client.take();
    }
    there.die();
    for (int i = 0; i < 3; i++) {
      ModelStreamInferResponse lost = client.take();
      assertThat(lost.getErrorMessage())
          .contains("server 'there'", "is unavailable", "responses that had come: 1");
      assertThat(lost.getInferResponse().getModelName()).isEqualTo(REPEAT);
      assertThat(lost.getInferResponse().getParametersOrThrow("triton_final_response"))
          .isEqualTo(flag());
      ids.add(lost.getInferResponse().getId());
    }
    assertThat(ids).containsExactlyInAnyOrder("a", "b", "c");
    until(() -> metrics().contains("outcome=\"lost\"} 3"));
    until(() -> error(client).contains("left alone for a while")); // but now and then one tries
    client.send(raw(1).setId("local"));
    assertThat(client.take().getInferResponse().getModelVersion()).isEqualTo("1");
    there.comeBack();
    there.streams(stream -> stream.repeat(1));
    until(() -> error(client).isEmpty());
  }

  private static String error(StreamClient client) {
    client.send(request("again", 0));
    try {
      return client.take().getErrorMessage();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aModelsProcessThatDiesInMidStreamIsToldWhenTheServerSaysSoToAnother() throws Exception {
    there.streams(
        stream -> {
          if (stream.wanted() == 1) {
            stream.error("Stub process 'repeat_0_0' is not healthy.");
          }
        });
    forward();
    StreamClient client = StreamClient.open(here.channel);
    client.send(request("silent", 0));
    there.streams.take();
    client.send(request("next", 1));
    assertThat(client.take().getErrorMessage()).contains("is unavailable", "is not healthy");
    ModelStreamInferResponse lost = client.take();
    assertThat(lost.getErrorMessage()).contains("the model's process has died since");
    assertThat(lost.getInferResponse().getId()).isEqualTo("silent");
  }

  @Test
  void aUnaryCallIsRefusedAsTritonDoes() {
    forward();
    assertThatThrownBy(() -> here.stub().modelInfer(request("a", 1).build()))
        .hasMessage(
            "UNIMPLEMENTED: ModelInfer RPC doesn't support models with decoupled transaction"
                + " policy");
    assertThat(there.received).isEmpty();
  }

  private String metrics() {
    URI page = URI.create("http://127.0.0.1:" + here.gateway.httpPort() + "/metrics");
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ModelInferRequest.Builder request(String id, int count) {
    return ModelInferRequest.newBuilder()
        .setModelName(REPEAT)
        .setId(id)
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("count")
                .setDatatype("UINT8")
                .addShape(1))
        .addRawInputContents(ByteString.copyFrom(new byte[] {(byte) count}));
  }

  private static String text(ModelInferResponse answer, String name) {
    return answer
        .getParametersOrDefault(name, InferParameter.getDefaultInstance())
        .getStringParam();
  }

  private static InferParameter flag() {
    return InferParameter.newBuilder().setBoolParam(true).build();
  }

  private static void until(BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never came to that").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
