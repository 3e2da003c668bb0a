package ai.neo.modelgateway.engine;

import com.google.protobuf.TextFormat;
import inference.ModelConfig;
import java.util.List;

/**
 * A {@code config.pbtxt}, read.
 *
 * @param unknown where fields stand that are not known here, as LINE:COLUMN and name; they have no
 *     effect
 */
public record ConfigFile(ModelConfig config, List<String> unknown) {

  /** Far more than anybody writes. */
  public static final int SIZE_MAX_BYTES = 1 << 20;

  public ConfigFile {
    unknown = List.copyOf(unknown);
  }

  /**
   * Reads a file's text.
   *
   * @param name of the file, for messages
   * @throws ModelRefusedException with file, line, column and what is wrong there
   */
  public static ConfigFile read(String name, String text) throws ModelRefusedException {
    ModelConfig.Builder config = ModelConfig.newBuilder();
    try {
      TextFormat.Parser.newBuilder().build().merge(text, config);
      return new ConfigFile(config.build(), List.of());
    } catch (TextFormat.ParseException strict) {
      ModelConfig.Builder lenient = ModelConfig.newBuilder();
      try {
        TextFormat.Parser.newBuilder().setAllowUnknownFields(true).build().merge(text, lenient);
      } catch (TextFormat.ParseException e) {
        throw new ModelRefusedException(
            "%s:%d:%d: %s".formatted(name, e.getLine(), e.getColumn(), said(e)), e);
      }
      // Only what is unknown stood in the way, which the message lists line by line.
      return new ConfigFile(lenient.build(), unknown(strict));
    }
  }

  private static List<String> unknown(TextFormat.ParseException problem) {
    return problem
        .getMessage()
        .lines()
        .map(String::strip)
        .filter(line -> line.matches("[0-9]+:[0-9]+:\\s+inference\\..*"))
        .map(line -> line.replaceAll(":\\s*inference\\.", " "))
        .toList();
  }

  /** Without the place, which the message begins with. */
  private static String said(TextFormat.ParseException e) {
    return e.getMessage().replaceFirst("^[0-9]+:[0-9]+: ", "");
  }
}
