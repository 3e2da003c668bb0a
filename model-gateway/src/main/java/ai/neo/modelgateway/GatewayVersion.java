package ai.neo.modelgateway;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version that this was built as. */
final class GatewayVersion {

  private GatewayVersion() {}

  static String read() {
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
