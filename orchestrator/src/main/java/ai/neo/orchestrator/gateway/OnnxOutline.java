package ai.neo.orchestrator.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an ONNX file's main graph is made of: how often each operator occurs, the shapes of its
 * weights, and their numbers where they are float32. Field numbers are those of onnx.proto3.
 */
record OnnxOutline(
    Map<String, Integer> operators, Map<String, String> tensors, Map<String, float[]> numbers) {
  private static final int FLOAT = 1;

  /** Of a file that the allow-list has let pass. */
  static OnnxOutline of(ByteString content) {
    OnnxOutline outline = new OnnxOutline(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    try {
      fields(
          content,
          (field, in) -> {
            if (field == 7) {
              outline.graph(in.readBytes());
              return true;
            }
            return false;
          });
    } catch (IOException e) {
      throw new IllegalArgumentException("no whole ONNX file: " + e.getMessage(), e);
    }
    return outline;
  }

  private interface Field {
    /** Whether it has read the field's value. */
    boolean read(int field, CodedInputStream in) throws IOException;
  }

  private static void fields(ByteString message, Field each) throws IOException {
    CodedInputStream in = message.newCodedInput();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!each.read(WireFormat.getTagFieldNumber(tag), in)) {
        in.skipField(tag);
      }
    }
  }

  private void graph(ByteString graph) throws IOException {
    fields(
        graph,
        (field, in) -> {
          switch (field) {
            case 1 -> node(in.readBytes());
            case 5 -> tensor(in.readBytes());
            default -> {
              return false;
            }
          }
          return true;
        });
  }

  private void node(ByteString node) throws IOException {
    fields(
        node,
        (field, in) -> {
          if (field != 4) {
            return false;
          }
          operators.merge(in.readString(), 1, Integer::sum);
          return true;
        });
  }

  private void tensor(ByteString tensor) throws IOException {
    List<Long> dims = new ArrayList<>();
    ByteString[] raw = {ByteString.EMPTY};
    String[] name = {""};
    int[] type = {0};
    CodedInputStream in = tensor.newCodedInput();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case 1 << 3 -> dims.add(in.readInt64());
        case 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
          int limit = in.pushLimit(in.readRawVarint32());
          while (in.getBytesUntilLimit() > 0) {
            dims.add(in.readInt64());
          }
          in.popLimit(limit);
        }
        case 2 << 3 -> type[0] = in.readInt32();
        case 8 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> name[0] = in.readString();
        case 9 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> raw[0] = in.readBytes();
        default -> in.skipField(tag);
      }
    }
    tensors.put(name[0], "type " + type[0] + " " + dims);
    if (type[0] == FLOAT) {
      ByteBuffer bytes = raw[0].asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      float[] values = new float[bytes.remaining() / Float.BYTES];
      bytes.asFloatBuffer().get(values);
      numbers.put(name[0], values);
    }
  }

  /** Weights that both have, of one size, and whose numbers differ. */
  JsonObject weightsAgainst(OnnxOutline other) {
    JsonObject differing = new JsonObject();
    numbers.forEach(
        (name, values) -> {
          float[] theirs = other.numbers.get(name);
          if (theirs != null && theirs.length == values.length) {
            JsonObject found = ArtifactDifference.parameters(values, theirs);
            if (found.getInteger("differ") > 0) {
              differing.put(name, found);
            }
          }
        });
    return differing;
  }
}
