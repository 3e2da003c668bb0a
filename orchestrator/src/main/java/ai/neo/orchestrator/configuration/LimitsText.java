package ai.neo.orchestrator.configuration;

import ai.neo.riskrules.Limit;
import ai.neo.riskrules.RiskLimits;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The limits of a run as YAML: a file's, with what was set instead. */
public final class LimitsText {
  private LimitsText() {}

  /**
   * @param bundled holds where no file is named
   * @throws IllegalArgumentException if the file is not there or a limit in it is wrong
   */
  public static String of(Configuration.Risk risk, String bundled) {
    String text = risk.file().map(LimitsText::read).orElse(bundled);
    RiskLimits _ =
        RiskLimits.fromYaml(text, risk.file().map(Path::toString).orElse("the bundled limits"));
    return risk.instead().isEmpty() ? text : with(risk.instead(), text);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new ConfigurationException(
          "risk.file=" + file + " cannot be read (" + e + "); expected a YAML file of limits", e);
    }
  }

  private static String with(Map<Limit, String> instead, String text) {
    YAMLMapper yaml =
        YAMLMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    try {
      ObjectNode limits = (ObjectNode) yaml.readTree(text);
      instead.forEach(
          (limit, value) -> {
            if (value.equals(Limit.OFF)) {
              limits.put(limit.key(), Limit.OFF);
            } else {
              limits.put(limit.key(), new BigDecimal(value.replace("_", "")));
            }
            for (JsonNode own : limits.path("instruments")) {
              ((ObjectNode) own).remove(limit.key());
            }
          });
      return yaml.writeValueAsString(limits);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("limits that were just read cannot be", e);
    }
  }
}
