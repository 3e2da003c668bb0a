package ai.neo.modelgateway.engine;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Walks an ONNX file as protobuf, without building it: it must be whole, contain a graph, and keep
 * every weight inside. A weight that names a file outside would make the runtime read any path that
 * the author chose.
 */
final class OnnxStructure {

  /** Graphs nest in the branches of control flow; nobody needs more. */
  private static final int DEPTH_MAX = 16;

  private static final int EXTERNAL_DATA = 13;

  /** 0 is inside, 1 outside. */
  private static final int DATA_LOCATION = 14;

  private enum Message {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    TENSOR,
    SPARSE_TENSOR,
    FUNCTION,
    OTHER
  }

  private boolean graphSeen;

  private OnnxStructure() {}

  /** Refuses a file that is cut off, is no ONNX, or refers to data outside of itself. */
  static void check(byte[] content) throws ModelRefusedException {
    OnnxStructure walk = new OnnxStructure();
    try {
      walk.message(CodedInputStream.newInstance(content), Message.MODEL, 0);
    } catch (IOException e) {
      throw new ModelRefusedException(
          "the artifact is no whole ONNX file: truncated or damaged (" + e.getMessage() + ")", e);
    }
    if (!walk.graphSeen) {
      throw new ModelRefusedException("the artifact is no ONNX file: it holds no graph");
    }
  }

  private void message(CodedInputStream in, Message kind, int depth)
      throws IOException, ModelRefusedException {
    if (depth > DEPTH_MAX) {
      throw new ModelRefusedException("the ONNX graph nests deeper than " + DEPTH_MAX);
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      if (kind == Message.TENSOR && refersOutside(in, field)) {
        throw new ModelRefusedException(
            "the ONNX file keeps weights outside of itself (external data); save it as one file");
      }
      if (kind == Message.TENSOR && field == DATA_LOCATION) {
        continue;
      }
      Message inner = inner(kind, field);
      if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
          && inner != Message.OTHER) {
        graphSeen |= inner == Message.GRAPH;
        int limit = in.pushLimit(in.readRawVarint32());
        message(in, inner, depth + 1);
        in.popLimit(limit);
      } else if (!in.skipField(tag)) {
        throw new ModelRefusedException("the artifact is no ONNX file: unexpected end of a group");
      }
    }
  }

  /** Reads the value of a tensor's data_location, and of no other field. */
  private static boolean refersOutside(CodedInputStream in, int field) throws IOException {
    return field == EXTERNAL_DATA || (field == DATA_LOCATION && in.readEnum() != 0);
  }

  /** Which message a field of a message holds, for those on the way to a tensor. */
  private static Message inner(Message kind, int field) {
    return switch (kind) {
      case MODEL -> field == 7 ? Message.GRAPH : field == 25 ? Message.FUNCTION : Message.OTHER;
      case GRAPH ->
          switch (field) {
            case 1 -> Message.NODE;
            case 5 -> Message.TENSOR;
            case 15 -> Message.SPARSE_TENSOR;
            default -> Message.OTHER;
          };
      case FUNCTION ->
          switch (field) {
            case 7 -> Message.NODE;
            case 11 -> Message.ATTRIBUTE;
            default -> Message.OTHER;
          };
      case NODE -> field == 5 ? Message.ATTRIBUTE : Message.OTHER;
      case ATTRIBUTE ->
          switch (field) {
            case 5, 10 -> Message.TENSOR;
            case 6, 11 -> Message.GRAPH;
            case 22, 23 -> Message.SPARSE_TENSOR;
            default -> Message.OTHER;
          };
      case SPARSE_TENSOR -> field == 1 || field == 2 ? Message.TENSOR : Message.OTHER;
      case TENSOR, OTHER -> Message.OTHER;
    };
  }
}
