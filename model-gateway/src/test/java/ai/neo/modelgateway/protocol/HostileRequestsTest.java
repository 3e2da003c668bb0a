package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.features;
import static ai.neo.modelgateway.GatewayFixture.floats;
import static ai.neo.modelgateway.GatewayFixture.raw;
import static io.grpc.Status.Code.INTERNAL;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatewayFixture;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that were made to do harm, over both protocols, while somebody else asks rightly: each
 * is refused as the protocol says, and the other notices nothing.
 */
class HostileRequestsTest {
  private static final String INFER = "/v2/models/direction/infer";

  private static final AtomicInteger ANSWERED = new AtomicInteger();
  private static final AtomicInteger FAILED = new AtomicInteger();

  private static GatewayFixture fixture;
  private static HttpClient http;
  private static Thread healthy;
  private static volatile boolean done;

  @BeforeAll
  static void start() {
    fixture = GatewayFixture.start();
    http = HttpClient.newHttpClient();
    healthy =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!done) {
                    try {
                      fixture.stub().modelInfer(raw(2).build());
                      ANSWERED.incrementAndGet();
                    } catch (StatusRuntimeException e) {
                      FAILED.incrementAndGet();
                    }
                  }
                });
  }

  @AfterAll
  static void stop() throws InterruptedException {
    done = true;
    healthy.join();
    http.close();
    fixture.close();
    assertThat(FAILED).hasValue(0);
    assertThat(ANSWERED.get()).isPositive();
  }

  static Stream<Arguments> overGrpc() {
    ByteString none = ByteString.EMPTY;
    return Stream.of(
        row("dims whose product is 2^64", INVALID_ARGUMENT, shaped(none, 1L << 62, 4)),
        row(
            "dims whose product wraps to 16 bytes",
            INVALID_ARGUMENT,
            shaped(floats(0, 0, 0, 0), (1L << 62) + 1, 4)),
        row("largest dims", INVALID_ARGUMENT, shaped(none, Long.MAX_VALUE, Long.MAX_VALUE)),
        row("least dims", INVALID_ARGUMENT, shaped(none, Long.MIN_VALUE, 4)),
        row("two negative dims", INVALID_ARGUMENT, shaped(floats(0, 0, 0, 0), -1, -4)),
        row("negative width", INVALID_ARGUMENT, shaped(floats(0, 0, 0, 0), 1, -4)),
        row("no dims", INVALID_ARGUMENT, shaped(none)),
        row("a thousand dims", INVALID_ARGUMENT, shaped(floats(0, 0, 0, 0), new long[1000])),
        row("2^31 rows", INVALID_ARGUMENT, shaped(none, 1L << 31, 4)),
        row("4097 rows", INVALID_ARGUMENT, shaped(none, 4097, 4)),
        row(
            "more bytes than stated",
            INVALID_ARGUMENT,
            raw(1).setRawInputContents(0, ByteString.copyFrom(new byte[1 << 20]))),
        row("no bytes", INVALID_ARGUMENT, raw(1).setRawInputContents(0, none)),
        row(
            "raw and typed",
            INVALID_ARGUMENT,
            raw(1)
                .setInputs(
                    0,
                    features(1).setContents(InferTensorContents.newBuilder().addFp32Contents(1)))),
        row(
            "BYTES with a length of 4 GiB",
            INVALID_ARGUMENT,
            raw(1)
                .setInputs(0, features(1).setDatatype("BYTES"))
                .setRawInputContents(0, ByteString.copyFrom(new byte[] {-1, -1, -1, -1}))),
        row(
            "a datatype of a megabyte",
            INVALID_ARGUMENT,
            raw(1).setInputs(0, features(1).setDatatype("F".repeat(1 << 20)))),
        row(
            "an input's name of a megabyte",
            INVALID_ARGUMENT,
            raw(1).setInputs(0, features(1).setName("x".repeat(1 << 20)))),
        row("a thousand inputs", INVALID_ARGUMENT, inputs(1000)),
        row("NaN", INTERNAL, row(Float.NaN)),
        row("infinity", INTERNAL, row(Float.POSITIVE_INFINITY)),
        row("minus infinity", INTERNAL, row(Float.NEGATIVE_INFINITY)),
        row("a signalling NaN", INTERNAL, row(Float.intBitsToFloat(0x7f800001))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("overGrpc")
  void aHostileRequestIsRefused(String name, Status.Code code, ModelInferRequest request) {
    assertThatThrownBy(() -> fixture.stub().modelInfer(request))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
    assertThat(fixture.stub().modelInfer(raw(1).build()).getModelVersion()).isEqualTo("1");
  }

  @Test
  void bytesThatAreNoMessageEndTheCallAlone() {
    byte[][] hostile = {
      {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, // a varint without end
      {0x0a, -1, -1, -1, -1, 0x07, 'x'}, // a name of 2 GiB
      {0x2a, -128, -128, -128, -128, 8}, // an input of 2 GiB
      {0x0b}, // a group without end
      {0x00, 0x00}, // field 0
      {0x0a, 2, -1, -2} // a name that is no UTF-8
    };
    for (byte[] bytes : hostile) {
      assertThatThrownBy(() -> sendBytes(bytes))
          .as("%s", ByteString.copyFrom(bytes))
          .isInstanceOf(StatusRuntimeException.class);
      assertThat(fixture.stub().modelInfer(raw(1).build()).getModelVersion()).isEqualTo("1");
    }
  }

  static Stream<String> overHttp() {
    return Stream.of(
        tensor("[4611686018427387904,4]", "FP32", "[]"),
        tensor("[4611686018427387905,4]", "FP32", "[0,0,0,0]"),
        tensor("[99999999999999999999,4]", "FP32", "[0]"),
        tensor("[-1,4]", "FP32", "[0,0,0,0]"),
        tensor("[1.5,4]", "FP32", "[0,0,0,0]"),
        tensor("[\"1\",4]", "FP32", "[0,0,0,0]"),
        tensor("[4097,4]", "FP32", "[]"),
        tensor("[1,4]", "FP32", "[0,0,0,null]"),
        tensor("[1,4]", "FP32", "[" + "9".repeat(100_000) + ",0,0,0]"),
        tensor("[1,4]", "FP32", "[[[[[[0,0,0,0]]]]]"),
        tensor("[1,4]", "BYTES", "[\"" + "x".repeat(1 << 20) + "\"]"),
        tensor("[1,4]", "BYTES", "[0,0,0,0]"),
        tensor("[1,4]", "\\u0000", "[0,0,0,0]"),
        tensor("{}", "FP32", "[0,0,0,0]"),
        "{\"a\":".repeat(5000),
        "\"" + "\\".repeat(1001),
        "\u0000\u0001\u0002",
        "{\"inputs\":" + "[".repeat(50_000));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("overHttp")
  void aHostileBodyIsRefused(String body) throws Exception {
    assertThat(post(body)).isBetween(400, 499);
    assertThat(post(tensor("[1,4]", "FP32", "[0,0,0,0]"))).isEqualTo(200);
  }

  /** Numbers by themselves; what the model makes of them is withheld, as over gRPC. */
  @ParameterizedTest
  @ValueSource(strings = {"[0,0,0,1e999]", "[0,0,0,NaN]", "[-1e999,0,0,0]"})
  void whatIsNotFiniteGetsNoAnswer(String data) throws Exception {
    assertThat(post(tensor("[1,4]", "FP32", data))).isEqualTo(500);
    assertThat(post(tensor("[1,4]", "FP32", "[0,0,0,0]"))).isEqualTo(200);
  }

  @Test
  void aRefusalThatRepeatsTheRequestFitsIntoAHeader() {
    for (String name : new String[] {"x".repeat(1 << 20), "\u20ac".repeat(1 << 20)}) {
      ModelInferRequest request = raw(1).setInputs(0, features(1).setName(name)).build();
      assertThatThrownBy(() -> fixture.stub().modelInfer(request))
          .hasMessageStartingWith("INVALID_ARGUMENT: ")
          .hasMessageEndingWith(" ...");
    }
  }

  private static Arguments row(String name, Status.Code code, ModelInferRequest.Builder request) {
    return Arguments.of(name, code, request.build());
  }

  private static ModelInferRequest.Builder row(float first) {
    return raw(1).setRawInputContents(0, floats(first, 0, 0, 0));
  }

  private static ModelInferRequest.Builder shaped(ByteString bytes, long... shape) {
    ModelInferRequest.InferInputTensor.Builder input =
        ModelInferRequest.InferInputTensor.newBuilder().setName("features").setDatatype("FP32");
    for (long dimension : shape) {
      input.addShape(dimension);
    }
    return raw(1).setInputs(0, input).setRawInputContents(0, bytes);
  }

  private static ModelInferRequest.Builder inputs(int count) {
    ModelInferRequest.Builder request = raw(1);
    for (int i = 1; i < count; i++) {
      request.addInputs(features(1).setName("f" + i)).addRawInputContents(floats(0, 0, 0, 0));
    }
    return request;
  }

  private static String tensor(String shape, String datatype, String data) {
    return "{\"inputs\":[{\"name\":\"features\",\"shape\":%s,\"datatype\":\"%s\",\"data\":%s}]}"
        .formatted(shape, datatype, data);
  }

  private static int post(String body) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + fixture.gateway.httpPort() + INFER);
    HttpRequest request =
        HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(body)).build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private static ModelInferResponse sendBytes(byte[] bytes) {
    MethodDescriptor<ModelInferRequest, ModelInferResponse> method =
        GRPCInferenceServiceGrpc.getModelInferMethod();
    MethodDescriptor<byte[], ModelInferResponse> raw =
        method.<byte[], ModelInferResponse>toBuilder(new Bytes(), method.getResponseMarshaller())
            .build();
    return ClientCalls.blockingUnaryCall(fixture.channel, raw, CallOptions.DEFAULT, bytes);
  }

  /** A message as it is. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try (stream) {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
