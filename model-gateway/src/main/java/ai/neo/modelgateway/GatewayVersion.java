package ai.neo.modelgateway;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version that this was built as. */
public final class GatewayVersion {

  private GatewayVersion() {}

  /** Such as {@code 0.1.0}. */
  public static String read() {
    try (InputStream in = GatewayVersion.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new IllegalStateException("the jar is damaged", e);
    }
  }
}
