package ai.neo.modelgateway.rest;

import ai.neo.modelgateway.protocol.OpenInference;
import ai.neo.modelgateway.protocol.RefusedRequestException;
import ai.neo.modelgateway.protocol.SharedMemory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.sun.net.httpserver.HttpExchange;
import inference.LogSettingsRequest;
import inference.LogSettingsResponse;
import inference.TraceSettingRequest;
import inference.TraceSettingResponse;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Trace and log settings and shared memory under {@code /v2}: told and refused as over gRPC, under
 * Triton's paths and in its JSON. Each answers a body for status 200.
 */
final class SettingEndpoints {

  private final OpenInference protocol;

  SettingEndpoints(OpenInference protocol) {
    this.protocol = protocol;
  }

  /**
   * {@code trace/setting}, of the server or of one model.
   *
   * @param model empty for the server's
   */
  byte[] trace(HttpExchange exchange, String model)
      throws HttpRefusal, RefusedRequestException, IOException {
    TraceSettingRequest.Builder request = TraceSettingRequest.newBuilder().setModelName(model);
    for (String name : toBeSet(exchange)) {
      request.putSettings(name, TraceSettingRequest.SettingValue.getDefaultInstance());
    }
    TraceSettingResponse settings = protocol.traceSettings(request.build());
    return Json.bytes(
        out -> {
          out.writeStartObject();
          for (var setting : settings.getSettingsMap().entrySet()) {
            List<String> values = setting.getValue().getValueList();
            if (setting.getKey().equals("trace_level")) { // the one that may have several
              out.writeFieldName(setting.getKey());
              out.writeArray(values.toArray(String[]::new), 0, values.size());
            } else {
              out.writeStringField(setting.getKey(), values.getFirst());
            }
          }
          out.writeEndObject();
        });
  }

  /** {@code logging}. */
  byte[] logging(HttpExchange exchange) throws HttpRefusal, RefusedRequestException, IOException {
    LogSettingsRequest.Builder request = LogSettingsRequest.newBuilder();
    for (String name : toBeSet(exchange)) {
      request.putSettings(name, LogSettingsRequest.SettingValue.getDefaultInstance());
    }
    LogSettingsResponse settings = protocol.logSettings(request.build());
    return Json.bytes(
        out -> {
          out.writeStartObject();
          for (Map.Entry<String, LogSettingsResponse.SettingValue> setting :
              settings.getSettingsMap().entrySet()) {
            out.writeFieldName(setting.getKey());
            LogSettingsResponse.SettingValue value = setting.getValue();
            switch (value.getParameterChoiceCase()) {
              case BOOL_PARAM -> out.writeBoolean(value.getBoolParam());
              case UINT32_PARAM -> out.writeNumber(Integer.toUnsignedLong(value.getUint32Param()));
              case STRING_PARAM -> out.writeString(value.getStringParam());
              case PARAMETERCHOICE_NOT_SET -> out.writeNull();
            }
          }
          out.writeEndObject();
        });
  }

  /** {@code [region/NAME/]status|register|unregister}. */
  byte[] sharedMemory(SharedMemory kind, HttpExchange exchange, List<String> rest)
      throws HttpRefusal, RefusedRequestException {
    boolean named = rest.size() == 3 && rest.getFirst().equals("region") && !rest.get(1).isEmpty();
    if (rest.size() != 1 && !named) {
      throw RestEndpoints.notFound();
    }
    return switch (rest.getLast()) {
      case "status" -> {
        RestEndpoints.requireMethod(exchange, "GET");
        kind.requireStatus(named ? rest.get(1) : "");
        yield Json.bytes(
            out -> {
              out.writeStartArray();
              out.writeEndArray();
            });
      }
      case "register" -> {
        RestEndpoints.requireMethod(exchange, "POST");
        throw SharedMemory.notOffered();
      }
      case "unregister" -> {
        RestEndpoints.requireMethod(exchange, "POST");
        yield new byte[0];
      }
      default -> throw RestEndpoints.notFound();
    };
  }

  /** The settings that the caller wants other; none when it only asks. */
  private static Set<String> toBeSet(HttpExchange exchange) throws HttpRefusal, IOException {
    if (exchange.getRequestMethod().equals("GET")) {
      return Set.of();
    }
    RestEndpoints.requireMethod(exchange, "POST");
    byte[] body = Transfer.body(exchange);
    Set<String> names = new LinkedHashSet<>();
    if (body.length == 0) {
      return names;
    }
    try (JsonParser in = Json.FACTORY.createParser(body)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw HttpRefusal.badRequest("the request must be a JSON object");
      }
      while (in.nextToken() != JsonToken.END_OBJECT) {
        names.add(in.currentName());
        in.nextToken();
        in.skipChildren();
      }
      return names;
    } catch (IOException e) {
      throw InferenceBody.notJson(e);
    }
  }
}
