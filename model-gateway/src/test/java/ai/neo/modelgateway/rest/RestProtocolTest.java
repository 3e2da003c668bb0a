package ai.neo.modelgateway.rest;

import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.TinyOnnx;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The protocol over HTTP, from a real server: what is answered, and how what is wrong is. */
class RestProtocolTest {
  private static final String MODEL = "/v2/models/direction";
  private static final String ZEROS =
      "{\"id\":\"r-1\",\"inputs\":[{\"name\":\"features\",\"shape\":[1,4],\"datatype\":\"FP32\","
          + "\"data\":[0,0,0,0]}]}";

  private static GatewayFixture fixture;
  private static HttpClient client;

  @BeforeAll
  static void start() {
    fixture = GatewayFixture.start(true);
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    client.close();
    fixture.close();
  }

  @Test
  void serverAndModelAreDescribed() throws Exception {
    assertThat(get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/v2/health/ready").statusCode()).isEqualTo(200);
    JsonObject server = object(get("/v2"));
    assertThat(server.get("name").getAsString()).isEqualTo("neo");
    assertThat(server.getAsJsonArray("extensions").toString()).contains("binary_tensor_data");

    JsonObject metadata = object(get(MODEL));
    assertThat(metadata.get("platform").getAsString()).isEqualTo("onnxruntime_onnx");
    assertThat(metadata.getAsJsonArray("inputs").toString())
        .isEqualTo("[{\"name\":\"features\",\"datatype\":\"FP32\",\"shape\":[-1,4]}]");
    assertThat(object(get(MODEL + "/versions/1")).getAsJsonArray("versions").toString())
        .isEqualTo("[\"1\"]");
    JsonObject config = object(get(MODEL + "/config"));
    assertThat(config.get("max_batch_size").getAsInt()).isZero();
    assertThat(config.getAsJsonArray("input").get(0).getAsJsonObject().get("data_type"))
        .hasToString("\"TYPE_FP32\"");
    assertThat(config.getAsJsonObject("parameters").has("model_digest")).isTrue();
  }

  @Test
  void readinessIsTheStatusAlone() throws Exception {
    assertThat(get(MODEL + "/ready").statusCode()).isEqualTo(200);
    assertThat(get(MODEL + "/versions/1/ready").statusCode()).isEqualTo(200);
    assertThat(get(MODEL + "/versions/9/ready").statusCode()).isEqualTo(400);
    assertThat(error(get("/v2/models/nope/ready"))).isEqualTo("Model version not ready");
  }

  @Test
  void numbersInJsonGiveTheBitsThatGrpcGives() throws Exception {
    float[] values = {0.1f, -2.5e-3f, 3, 1e-30f};
    String data = Arrays.toString(values);

    JsonObject answer = object(infer("[1,4]", "[" + data + "]"));

    JsonObject first = answer.getAsJsonArray("outputs").get(0).getAsJsonObject();
    float[] grpc =
        GatewayFixture.output(
            fixture
                .stub()
                .modelInfer(raw(1).setRawInputContents(0, GatewayFixture.floats(values)).build()),
            0);
    assertThat(floats(first.getAsJsonArray("data"))).containsExactly(grpc);
    assertThat(first.getAsJsonArray("shape").toString()).isEqualTo("[1,3]");
    assertThat(answer.get("model_name").getAsString()).isEqualTo("direction");
    assertThat(answer.get("model_version").getAsString()).isNotEmpty();
    JsonObject parameters = answer.getAsJsonObject("parameters");
    assertThat(parameters.get("alias").getAsString()).isEqualTo("champion");
    assertThat(parameters.get("epoch").getAsLong()).isPositive();
    assertThat(parameters.get("model_digest").getAsString()).hasSize(64);
  }

  @Test
  void bytesBehindTheJsonAreReadAndWritten() throws Exception {
    String header =
        "{\"id\":\"b\",\"inputs\":[{\"name\":\"features\",\"shape\":[2,4],\"datatype\":\"FP32\","
            + "\"parameters\":{\"binary_data_size\":32}}],\"outputs\":["
            + "{\"name\":\"action_probabilities\",\"parameters\":{\"binary_data\":true}},"
            + "{\"name\":\"expected_return\",\"parameters\":{\"binary_data\":false}}]}";

    HttpResponse<byte[]> answer =
        client.send(
            binary(header, new byte[32], header.length()), HttpResponse.BodyHandlers.ofByteArray());

    assertThat(answer.statusCode()).isEqualTo(200);
    int length =
        Integer.parseInt(answer.headers().firstValue("Inference-Header-Content-Length").orElse(""));
    assertThat(answer.body()).hasSize(length + 24);
    JsonObject json =
        JsonParser.parseString(new String(answer.body(), 0, length, StandardCharsets.UTF_8))
            .getAsJsonObject();
    assertThat(json.get("id").getAsString()).isEqualTo("b");
    assertThat(json.getAsJsonArray("outputs").get(0).getAsJsonObject().get("parameters"))
        .hasToString("{\"binary_data_size\":24}");
    assertThat(json.getAsJsonArray("outputs").get(1).getAsJsonObject().get("data").toString())
        .isEqualTo("[0.0,0.0]");
    ByteBuffer raw =
        ByteBuffer.wrap(answer.body(), length, 24).slice().order(ByteOrder.LITTLE_ENDIAN);
    assertThat(raw.getFloat() + raw.getFloat() + raw.getFloat()).isBetween(0.999f, 1.001f);
  }

  @Test
  void allOutputsAreBytesWhereTheRequestSaysSo() throws Exception {
    String body = ZEROS.replace("{\"id\"", "{\"parameters\":{\"binary_data_output\":true},\"id\"");
    HttpResponse<String> answer = post(MODEL + "/infer", body);
    assertThat(answer.headers().firstValue("Inference-Header-Content-Length")).isPresent();
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/v2/models/nope/infer | 404 | Request for unknown model: 'nope' is not found",
        "/v2/models/direction/versions/99/infer | 404 | Request for unknown model: 'direction' version 99 is not found",
        "/v2/models/direction/versions/abc/infer | 404 | Not Found",
        "/v2/models/direction/nope | 405 | Method Not Allowed",
        "/v2/nope | 404 | Not Found",
        "/v2x | 404 | Not Found",
        "/v2/repository/models/nope/load | 500 | failed to load 'nope', the registry knows no champion of it",
      })
  void aPathThatLeadsNowhereSaysWhy(String path, int status, String text) throws Exception {
    HttpResponse<String> answer = post(path, ZEROS);
    assertThat(error(answer)).isEqualTo(text);
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"inputs\": | failed to parse the request JSON buffer: Unexpected end-of-input",
        "{ | expected close marker for Object (start marker at line: 1, column: 1), at line 1, column 2",
        "{\"inputs\": nope} | Unrecognized token 'nope'",
        "[] | the request must be a JSON object",
        "{\"id\":\"x\"} | Unable to find 'inputs' in the request",
        "{\"inputs\":{}} | 'inputs' must be an array",
        "{\"inputs\":[1]} | each input must be a JSON object",
        "{\"inputs\":[]} | expected 1 inputs but got 0 inputs for model 'direction'",
        "{\"parameters\":{\"a\":[]},\"inputs\":[]} | parameter 'a' must be a string, a number or a boolean",
        "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,4],\"datatype\":\"FP64\",\"data\":[0,0,0,0]}]} | inference input 'features' data-type is 'FP64', but model 'direction' expects 'FP32'",
        "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[0,0,0]}]} | Unable to parse 'data': Shape does not match true shape of 'data' field",
        "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[0,0,\"1\",0]}]} | Unable to parse 'data': '1' is no FP32 of input 'features'",
        "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[{}]}]} | 'data' must hold scalars only",
        "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":[0,0,0]}]} | unexpected shape for input 'features' for model 'direction'. Expected [-1,4], got [1,3].",
        "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,4],\"datatype\":\"FP32\"}]} | unable to find data for input tensor 'features' for model 'direction' in request.",
        "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,4],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":16}}]} | input 'features' states 16 bytes of binary data, and 0 are left",
        "{\"inputs\":[],\"inputs\":[]} | Duplicate field 'inputs'",
      })
  void aWrongBodyIsRefusedWithTheReason(String body, String text) throws Exception {
    HttpResponse<String> answer = post(MODEL + "/infer", body);
    assertThat(error(answer)).contains(text).doesNotContain("Source", "StreamRead");
    assertThat(answer.statusCode()).isEqualTo(400);
  }

  @Test
  void aTensorNestedTooDeepIsRefused() throws Exception {
    HttpResponse<String> answer = infer("[1,4]", "[".repeat(100_000));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer)).contains("nesting depth").doesNotContain("`");
  }

  @Test
  void bytesThatBelongToNoTensorAreRefused() throws Exception {
    HttpResponse<String> more =
        client.send(
            binary(ZEROS, new byte[4], ZEROS.length()), HttpResponse.BodyHandlers.ofString());
    assertThat(error(more)).contains("4 bytes are no input's");
    HttpResponse<String> beyond =
        client.send(binary(ZEROS, new byte[0], 9999), HttpResponse.BodyHandlers.ofString());
    assertThat(error(beyond)).startsWith("invalid 'Inference-Header-Content-Length': 9999");
  }

  @Test
  void aPinThatDoesNotHoldIsAFailedPrecondition() throws Exception {
    String body = ZEROS.replace("{\"id\"", "{\"parameters\":{\"min_epoch\":99},\"id\"");
    HttpResponse<String> answer = post(MODEL + "/infer", body);
    assertThat(answer.statusCode()).isEqualTo(412);
    assertThat(error(answer)).contains("at least 99 is asked for");
  }

  @Test
  void getOnInferIsNotAllowed() throws Exception {
    HttpResponse<String> answer = get(MODEL + "/infer");
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).hasValue("POST");
  }

  @Test
  void statisticsRiseAndUnknownModelsHaveNone() throws Exception {
    post(MODEL + "/infer", ZEROS);
    JsonObject row =
        object(get(MODEL + "/versions/1/stats"))
            .getAsJsonArray("model_stats")
            .get(0)
            .getAsJsonObject();
    assertThat(row.get("inference_count").getAsLong()).isPositive();
    assertThat(row.getAsJsonObject("inference_stats").getAsJsonObject("queue").has("ns")).isTrue();
    assertThat(object(get("/v2/models/stats")).getAsJsonArray("model_stats")).isNotEmpty();
    HttpResponse<String> unknown = get("/v2/models/nope/stats");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(error(unknown)).isEqualTo("requested model 'nope' is not available");
  }

  @Test
  void theRepositoryIsListedAndModelsAreLoadedAndUnloaded() throws Exception {
    String row = "{\"name\":\"direction\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"}";
    assertThat(post("/v2/repository/index", "").body()).contains(row);
    assertThat(post("/v2/repository/index", "{\"ready\":true}").body()).contains(row);

    assertThat(post("/v2/repository/models/direction/unload", "{}").statusCode()).isEqualTo(200);
    try {
      assertThat(get(MODEL + "/ready").statusCode()).isEqualTo(400);
      assertThat(error(post(MODEL + "/infer", ZEROS))).contains("has no available versions");
      HttpResponse<String> override =
          post("/v2/repository/models/direction/load", "{\"parameters\":{\"config\":\"{}\"}}");
      assertThat(override.statusCode()).isEqualTo(400);
      assertThat(error(override)).contains("models come from the registry or a folder");
    } finally {
      assertThat(post("/v2/repository/models/direction/load", "").statusCode()).isEqualTo(200);
    }
    assertThat(get(MODEL + "/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void loadingIsForAdministrators() throws Exception {
    try (GatewayFixture closed = GatewayFixture.start(false)) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(uri(closed, "/v2/repository/models/direction/unload"))
                  .POST(BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(closed.stub().modelInfer(raw(1).build()).getModelVersion()).isEqualTo("1");
    }
  }

  @Test
  void packedBodiesAreReadAndWritten() throws Exception {
    String rows =
        ZEROS.replace("[1,4]", "[50,4]").replace("[0,0,0,0]", "[" + "0,".repeat(199) + "0]");
    HttpResponse<byte[]> answer =
        client.send(
            request(MODEL + "/infer")
                .header("Content-Encoding", "gzip")
                .header("Accept-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(gzip(rows.getBytes(StandardCharsets.UTF_8))))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
    try (GZIPInputStream in =
        new GZIPInputStream(new java.io.ByteArrayInputStream(answer.body()))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("model_version");
    }
  }

  @Test
  void aBodyThatUnpacksToTooMuchIsRefused() throws Exception {
    HttpResponse<String> bomb =
        client.send(
            request(MODEL + "/infer")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(gzip(new byte[Transfer.BODY_MAX_BYTES + 1])))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(bomb.statusCode()).isEqualTo(413);
    HttpResponse<String> broken =
        client.send(
            request(MODEL + "/infer")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofString("no gzip at all"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(broken.statusCode()).isEqualTo(400);
    HttpResponse<String> unknown =
        client.send(
            request(MODEL + "/infer")
                .header("Content-Encoding", "br")
                .POST(BodyPublishers.ofString(ZEROS))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(unknown.statusCode()).isEqualTo(415);
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example, 403",
    "evil.example:8002, 403",
    "127.0.0.1.evil.example, 403",
    "localhost, 200",
    "LOCALHOST:9, 200",
    "127.0.0.1:80, 200",
    "[::1]:8002, 200",
  })
  void aNameThatWasMadeToPointHereIsNotAnswered(String host, int status) throws Exception {
    assertThat(statusLine("GET /v2/health/live HTTP/1.1", "Host: " + host))
        .startsWith("HTTP/1.1 " + status);
  }

  @Test
  void webPagesAndBodiesThatAreTooLongAreNotAnswered() throws Exception {
    assertThat(
            statusLine(
                "GET /v2/health/live HTTP/1.1", "Host: localhost", "Origin: http://localhost"))
        .startsWith("HTTP/1.1 403");
    assertThat(
            statusLine(
                "POST /v2/models/direction/infer HTTP/1.1",
                "Host: localhost",
                "Content-Length: 67108865"))
        .startsWith("HTTP/1.1 413");
  }

  @Test
  void aVersionThatIsNotTheChampionAnswersByItsNumber() throws Exception {
    try (GatewayFixture two = GatewayFixture.start()) {
      two.promote(new TinyOnnx().bias(0, 0, 3).expectedReturn().bytes());
      HttpResponse<String> old =
          client.send(
              HttpRequest.newBuilder(uri(two, MODEL + "/versions/1/infer"))
                  .POST(BodyPublishers.ofString(ZEROS))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(object(old).get("model_version").getAsString()).isEqualTo("1");
      assertThat(object(old).getAsJsonObject("parameters").get("alias").getAsString()).isEmpty();
    }
  }

  private static String statusLine(String... head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.gateway.httpPort())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write((String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }
  }

  private static HttpResponse<String> infer(String shape, String data) throws Exception {
    return post(
        MODEL + "/infer",
        "{\"inputs\":[{\"name\":\"features\",\"datatype\":\"FP32\",\"data\":%s,\"shape\":%s}]}"
            .formatted(data, shape));
  }

  private static HttpRequest binary(String header, byte[] data, int stated) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(header.getBytes(StandardCharsets.UTF_8));
    body.writeBytes(data);
    return request(MODEL + "/infer")
        .header("Inference-Header-Content-Length", Integer.toString(stated))
        .POST(BodyPublishers.ofByteArray(body.toByteArray()))
        .build();
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(
        request(path).POST(BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(fixture, path));
  }

  private static URI uri(GatewayFixture of, String path) {
    return URI.create("http://127.0.0.1:" + of.gateway.httpPort() + path);
  }

  private static JsonObject object(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }

  private static String error(HttpResponse<String> answer) {
    return JsonParser.parseString(answer.body()).getAsJsonObject().get("error").getAsString();
  }

  private static float[] floats(JsonArray numbers) {
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) numbers.get(i).getAsDouble();
    }
    return values;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }
}
