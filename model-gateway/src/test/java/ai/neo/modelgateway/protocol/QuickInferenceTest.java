package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatedEngine;
import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A model that is computed on its callers' threads, and one place for it. */
class QuickInferenceTest {
  private static final String ROW =
      "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,4],\"datatype\":\"FP32\","
          + "\"data\":[0,0,0,0]}]}";

  @Test
  void aQuickModelIsBoundedToo() throws Exception {
    GatedEngine engine = new GatedEngine(true);
    try (GatewayFixture fixture = GatewayFixture.start(new InferenceLimits(2, 1), engine);
        HttpClient client = HttpClient.newHttpClient()) {
      engine.shut();
      URI uri =
          URI.create(
              "http://127.0.0.1:%d/v2/models/direction/infer"
                  .formatted(fixture.gateway.httpPort()));
      CompletableFuture<HttpResponse<String>> inside =
          client.sendAsync(
              HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(ROW)).build(),
              BodyHandlers.ofString());
      engine.awaitStanding();

      assertThatThrownBy(
              () ->
                  fixture.stub().withDeadlineAfter(10, TimeUnit.SECONDS).modelInfer(raw(1).build()))
          .hasMessage("UNAVAILABLE: [request id: r-1] Exceeds maximum queue size");
      engine.open();
      assertThat(inside.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(fixture.stub().modelInfer(raw(1).build()).getModelVersion()).isEqualTo("1");
      assertThat(new MetricsPage(fixture.catalog, List::of, OtherModels.none()).text())
          .contains(
              "nv_inference_request_success{model=\"direction\",version=\"1\"} 2\n",
              "nv_inference_request_failure{model=\"direction\",version=\"1\",reason=\"REJECTED\"} 1\n");
    } finally {
      engine.open();
    }
  }
}
