package ai.neo.modelgateway.protocol;

import inference.LogSettingsRequest;
import inference.LogSettingsResponse;
import inference.TraceSettingRequest;
import inference.TraceSettingResponse;
import io.grpc.Status;
import java.util.List;

/**
 * Trace and log settings as the protocol reads them. They are told and not set: traces go by
 * OpenTelemetry and logs by the process's configuration. Unknown settings are ignored, as by
 * Triton.
 */
final class ServerSettings {

  private static final TraceSettingResponse TRACE =
      TraceSettingResponse.newBuilder()
          .putSettings("trace_file", traced(""))
          .putSettings("trace_level", traced("OFF"))
          .putSettings("trace_rate", traced("1000"))
          .putSettings("trace_count", traced("-1"))
          .putSettings("log_frequency", traced("0"))
          .putSettings("trace_mode", traced("opentelemetry"))
          .build();

  private static final LogSettingsResponse LOG =
      LogSettingsResponse.newBuilder()
          .putSettings("log_file", text(""))
          .putSettings("log_info", flag(true))
          .putSettings("log_warning", flag(true))
          .putSettings("log_error", flag(true))
          .putSettings(
              "log_verbose_level",
              LogSettingsResponse.SettingValue.newBuilder().setUint32Param(0).build())
          .putSettings("log_format", text("default"))
          .build();

  private ServerSettings() {}

  static TraceSettingResponse trace(TraceSettingRequest request) throws RefusedRequestException {
    refuseKnown(
        request.getSettingsMap().keySet().stream().filter(TRACE::containsSettings).toList(),
        "trace");
    return TRACE;
  }

  static LogSettingsResponse log(LogSettingsRequest request) throws RefusedRequestException {
    refuseKnown(
        request.getSettingsMap().keySet().stream().filter(LOG::containsSettings).toList(), "log");
    return LOG;
  }

  private static void refuseKnown(List<String> settings, String kind)
      throws RefusedRequestException {
    if (!settings.isEmpty()) {
      throw RefusedRequestException.of(
          Status.Code.UNIMPLEMENTED,
          kind + " settings can not be updated through network protocol: " + settings);
    }
  }

  private static TraceSettingResponse.SettingValue traced(String value) {
    return TraceSettingResponse.SettingValue.newBuilder().addValue(value).build();
  }

  private static LogSettingsResponse.SettingValue text(String value) {
    return LogSettingsResponse.SettingValue.newBuilder().setStringParam(value).build();
  }

  private static LogSettingsResponse.SettingValue flag(boolean value) {
    return LogSettingsResponse.SettingValue.newBuilder().setBoolParam(value).build();
  }
}
