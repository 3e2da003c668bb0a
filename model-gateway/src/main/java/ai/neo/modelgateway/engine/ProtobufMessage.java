package ai.neo.modelgateway.engine;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One protobuf message under construction, by field numbers. One thread. */
public final class ProtobufMessage {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

  private interface Step {
    void run() throws IOException;
  }

  public ProtobufMessage number(int field, long value) {
    return write(() -> out.writeInt64(field, value));
  }

  public ProtobufMessage decimal(int field, float value) {
    return write(() -> out.writeFloat(field, value));
  }

  public ProtobufMessage text(int field, String value) {
    return write(() -> out.writeString(field, value));
  }

  public ProtobufMessage raw(int field, byte[] value) {
    return write(() -> out.writeByteArray(field, value));
  }

  public ProtobufMessage message(int field, ProtobufMessage value) {
    return raw(field, value.bytes());
  }

  public byte[] bytes() {
    write(out::flush);
    return bytes.toByteArray();
  }

  private ProtobufMessage write(Step step) {
    try {
      step.run();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written to", e);
    }
  }
}
