package ai.neo.modelgateway.routing;

import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.Route;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/** A route as the ledger keeps it. */
final class RouteEvidence {
  private RouteEvidence() {}

  static String json(Route route) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("revision", route.getRevision());
      json.writeStringField("salt", route.getSalt());
      json.writeArrayFieldStart("arms");
      for (Arm arm : route.getArmsList()) {
        json.writeStartObject();
        json.writeStringField("kind", arm.getKind().name().toLowerCase(Locale.ROOT));
        json.writeStringField("version", arm.getVersion());
        json.writeStringField("digest", arm.getDigest());
        json.writeNumberField("share", arm.getShare());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be written", e);
    }
    return text.toString();
  }
}
