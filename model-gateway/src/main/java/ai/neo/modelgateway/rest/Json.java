package ai.neo.modelgateway.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Pattern;

/** Reads and writes the protocol's JSON. */
final class Json {

  /** Deeper than any tensor that a model here takes. */
  private static final int DEPTH_MAX = 32;

  /** NaN and Infinity are read, as by Triton: what a model makes of them is its own matter. */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** {@code [Source: REDACTED (`Feature` disabled); line: 1, column: 1]}. */
  private static final Pattern PLACE = Pattern.compile("\\[Source: [^;]*; ([^]]*)]");

  /** {@code , from `StreamReadConstraints.getMaxNestingDepth()`}. */
  private static final Pattern SETTING = Pattern.compile(", from `[^`]*`");

  private Json() {}

  /** What writes one document. */
  @FunctionalInterface
  interface Document {
    void write(JsonGenerator out) throws IOException;
  }

  static byte[] bytes(Document document) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
      document.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /** What is wrong and where, without the parser's words about its own settings. */
  static String said(IOException e) {
    if (!(e instanceof JsonProcessingException json)) {
      return String.valueOf(e.getMessage());
    }
    String message = PLACE.matcher(String.valueOf(json.getOriginalMessage())).replaceAll("$1");
    message = SETTING.matcher(message).replaceAll("");
    JsonLocation at = json.getLocation();
    return at == null
        ? message
        : "%s, at line %d, column %d".formatted(message, at.getLineNr(), at.getColumnNr());
  }

  static byte[] error(String message) {
    return bytes(
        out -> {
          out.writeStartObject();
          out.writeStringField("error", message);
          out.writeEndObject();
        });
  }

  /**
   * A message under its fields' own names: numbers, flags and texts also where they have their
   * defaults, messages where they are set, 64-bit numbers as numbers. As Triton writes it.
   */
  static void message(JsonGenerator out, Message message) throws IOException {
    out.writeStartObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        out.writeFieldName(field.getName());
        repeated(out, field, (List<?>) message.getField(field));
      } else if (field.hasPresence() ? message.hasField(field) : true) {
        out.writeFieldName(field.getName());
        value(out, field, message.getField(field));
      }
    }
    out.writeEndObject();
  }

  private static void repeated(JsonGenerator out, FieldDescriptor field, List<?> values)
      throws IOException {
    if (field.isMapField()) {
      out.writeStartObject();
      for (Object value : values) {
        MapEntry<?, ?> entry = (MapEntry<?, ?>) value;
        out.writeFieldName(String.valueOf(entry.getKey()));
        value(out, field.getMessageType().findFieldByName("value"), entry.getValue());
      }
      out.writeEndObject();
      return;
    }
    out.writeStartArray();
    for (Object value : values) {
      value(out, field, value);
    }
    out.writeEndArray();
  }

  private static void value(JsonGenerator out, FieldDescriptor field, Object value)
      throws IOException {
    switch (field.getJavaType()) {
      case INT -> out.writeNumber((Integer) value);
      case LONG -> out.writeNumber((Long) value);
      case FLOAT -> out.writeNumber((Float) value);
      case DOUBLE -> out.writeNumber((Double) value);
      case BOOLEAN -> out.writeBoolean((Boolean) value);
      case STRING -> out.writeString((String) value);
      case ENUM -> out.writeString(((EnumValueDescriptor) value).getName());
      case MESSAGE -> message(out, (Message) value);
      case BYTE_STRING -> out.writeBinary(((com.google.protobuf.ByteString) value).toByteArray());
    }
  }
}
