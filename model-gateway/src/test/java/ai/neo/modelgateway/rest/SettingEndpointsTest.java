package ai.neo.modelgateway.rest;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.GatewayFixture;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings and shared memory over HTTP, as Triton's HTTP clients ask for them. */
class SettingEndpointsTest {
  private static final String TRACE =
      "{\"trace_file\":\"\",\"trace_level\":[\"OFF\"],\"trace_rate\":\"1000\","
          + "\"trace_count\":\"-1\",\"log_frequency\":\"0\",\"trace_mode\":\"opentelemetry\"}";
  private static final String LOG =
      "{\"log_file\":\"\",\"log_info\":true,\"log_warning\":true,\"log_error\":true,"
          + "\"log_verbose_level\":0,\"log_format\":\"default\"}";

  private static GatewayFixture fixture;
  private static HttpClient client;

  @BeforeAll
  static void start() {
    fixture = GatewayFixture.start(false);
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    client.close();
    fixture.close();
  }

  @Test
  void settingsAreToldAndWhatIsUnknownIsIgnored() throws Exception {
    for (String path : new String[] {"trace/setting", "models/direction/trace/setting"}) {
      requireAnswer(ask("GET", path, ""), TRACE);
      requireAnswer(ask("POST", path, ""), TRACE);
      requireAnswer(ask("POST", path, "{\"foo\":[\"1\"]}"), TRACE);
    }
    requireAnswer(ask("GET", "logging", ""), LOG);
    requireAnswer(ask("POST", "logging", "{\"foo\":{\"a\":[1]},\"bar\":null}"), LOG);
  }

  @Test
  void thereIsNoSharedMemoryAndToLetGoOfItIsRight() throws Exception {
    for (String kind : new String[] {"systemsharedmemory", "cudasharedmemory"}) {
      requireAnswer(ask("GET", kind + "/status", ""), "[]");
      requireAnswer(ask("POST", kind + "/unregister", ""), "");
      requireAnswer(ask("POST", kind + "/region/a%2Fb/unregister", ""), "");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "POST | trace/setting | {\"trace_level\":[\"OFF\"]} | 501 | trace settings can not be updated through network protocol: [trace_level]",
        "POST | models/direction/trace/setting | {\"trace_rate\":null} | 501 | trace settings can not be updated through network protocol: [trace_rate]",
        "POST | logging | {\"log_info\":false} | 501 | log settings can not be updated through network protocol: [log_info]",
        "POST | logging | [] | 400 | the request must be a JSON object",
        "GET | models/nope/trace/setting | - | 400 | Request for unknown model : nope",
        "PUT | logging | - | 405 | Method Not Allowed",
        "GET | logging/more | - | 404 | Not Found",
        "GET | trace | - | 404 | Not Found",
        "GET | systemsharedmemory/region/r/status | - | 404 | Unable to find system shared memory region: 'r'",
        "GET | cudasharedmemory/region/r/status | - | 404 | Unable to find CUDA shared memory region: 'r'",
        "POST | systemsharedmemory/region/r/register | {\"key\":\"/r\",\"byte_size\":8} | 501 | Client shared memory is not offered.",
        "POST | cudasharedmemory/region/r/register | {} | 501 | Client shared memory is not offered.",
        "POST | systemsharedmemory/status | - | 405 | Method Not Allowed",
        "GET | systemsharedmemory/unregister | - | 405 | Method Not Allowed",
        "GET | systemsharedmemory/region//status | - | 404 | Not Found",
        "GET | systemsharedmemory | - | 404 | Not Found",
        "GET | cudasharedmemory/other | - | 404 | Not Found",
      })
  void whatIsNotOfferedIsSaid(String method, String path, String body, int status, String error)
      throws Exception {
    HttpResponse<String> answer = ask(method, path, body == null ? "" : body);
    assertThat(answer.body()).isEqualTo("{\"error\":\"" + error + "\"}");
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  private static void requireAnswer(HttpResponse<String> answer, String body) {
    assertThat(answer.body()).isEqualTo(body);
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> ask(String method, String path, String body)
      throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + fixture.gateway.httpPort() + "/v2/" + path);
    return client.send(
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
