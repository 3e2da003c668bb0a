package ai.neo.proto.artifact;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Walks an ONNX file's protobuf without building it, down to every tensor, and refuses files that
 * are cut off or that point to data outside themselves. Field numbers are those of onnx.proto3.
 */
final class OnnxStructure {
  /** Field 1 of the model, a varint: serialisers write it first. */
  private static final byte IR_VERSION_TAG = 0x08;

  /** Subgraphs nest at most a few levels deep in real models; a bound against stack overflow. */
  private static final int DEPTH_MAX = 64;

  /** IR versions 3 (2017) and later have the opset import that the runtime needs. */
  private static final long IR_VERSION_MIN = 3;

  /** The newest is 13; room for some years, and a sign that the file is something else. */
  private static final long IR_VERSION_MAX = 64;

  private final CodedInputStream in;
  private final Set<Part> seen = EnumSet.noneOf(Part.class);

  private OnnxStructure(CodedInputStream in) {
    this.in = in;
  }

  /** What may contain a tensor, and the tensor; every other field is skipped as a whole. */
  private enum Part {
    MODEL,
    GRAPH,
    OPSET_IMPORT,
    NODE,
    ATTRIBUTE,
    TENSOR,
    SPARSE_TENSOR,
    TRAINING,
    FUNCTION,
    IR_VERSION,
    EXTERNAL_DATA,
    DATA_LOCATION,
    OTHER,
    UNKNOWN;

    Part child(int field) {
      return switch (this) {
        case MODEL ->
            switch (field) {
              case 1 -> IR_VERSION;
              case 7 -> GRAPH;
              case 8 -> OPSET_IMPORT;
              case 20 -> TRAINING;
              case 25 -> FUNCTION;
              case 2, 3, 4, 5, 6, 14, 26 -> OTHER;
              default -> UNKNOWN;
            };
        case GRAPH ->
            switch (field) {
              case 1 -> NODE;
              case 5 -> TENSOR;
              case 15 -> SPARSE_TENSOR;
              default -> OTHER;
            };
        case NODE -> field == 5 ? ATTRIBUTE : OTHER;
        case ATTRIBUTE ->
            switch (field) {
              case 5, 10 -> TENSOR;
              case 6, 11 -> GRAPH;
              case 22, 23 -> SPARSE_TENSOR;
              default -> OTHER;
            };
        case SPARSE_TENSOR -> field <= 2 ? TENSOR : OTHER;
        case TRAINING -> field <= 2 ? GRAPH : OTHER;
        case FUNCTION ->
            switch (field) {
              case 7 -> NODE;
              case 11 -> ATTRIBUTE;
              default -> OTHER;
            };
        case TENSOR ->
            switch (field) {
              case 13 -> EXTERNAL_DATA;
              case 14 -> DATA_LOCATION;
              default -> OTHER;
            };
        case OPSET_IMPORT, IR_VERSION, EXTERNAL_DATA, DATA_LOCATION, OTHER, UNKNOWN -> OTHER;
      };
    }

    private boolean isWalked() {
      return switch (this) {
        case GRAPH, NODE, ATTRIBUTE, TENSOR, SPARSE_TENSOR, TRAINING, FUNCTION, OPSET_IMPORT ->
            true;
        case MODEL, IR_VERSION, EXTERNAL_DATA, DATA_LOCATION, OTHER, UNKNOWN -> false;
      };
    }
  }

  static boolean beginsLikeOne(ByteString content) {
    return content.byteAt(0) == IR_VERSION_TAG;
  }

  /** Refuses what is not one whole ONNX model. */
  static void check(ByteString content) {
    OnnxStructure walk = new OnnxStructure(content.newCodedInput());
    try {
      // Without it, a message could claim more bytes than there are and still look complete.
      walk.in.pushLimit(content.size());
      walk.message(Part.MODEL, 0);
    } catch (IOException e) {
      throw refused("it is cut off or damaged near byte " + walk.in.getTotalBytesRead());
    }
    for (Part needed : EnumSet.of(Part.IR_VERSION, Part.GRAPH, Part.NODE, Part.OPSET_IMPORT)) {
      if (!walk.seen.contains(needed)) {
        throw refused(
            "it is cut off or no model: it has no " + needed.name().toLowerCase(Locale.ROOT));
      }
    }
  }

  private void message(Part part, int depth) throws IOException {
    if (depth > DEPTH_MAX) {
      throw refused("its graphs are nested more than " + DEPTH_MAX + " deep");
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      Part child = part.child(WireFormat.getTagFieldNumber(tag));
      seen.add(child);
      field(child, tag, depth);
    }
  }

  private void field(Part child, int tag, int depth) throws IOException {
    int wireType = WireFormat.getTagWireType(tag);
    switch (child) {
      case EXTERNAL_DATA -> throw external();
      case UNKNOWN ->
          throw refused(
              "it has the field %d, which ONNX models do not have"
                  .formatted(WireFormat.getTagFieldNumber(tag)));
      case DATA_LOCATION -> {
        if (wireType != WireFormat.WIRETYPE_VARINT || in.readRawVarint64() != 0) {
          throw external();
        }
      }
      case IR_VERSION -> irVersion(wireType);
      default -> {
        if (child.isWalked()) {
          nested(child, wireType, depth);
        } else {
          skip(tag, wireType);
        }
      }
    }
  }

  private void irVersion(int wireType) throws IOException {
    if (wireType != WireFormat.WIRETYPE_VARINT) {
      throw refused("its IR version is not a number");
    }
    long version = in.readRawVarint64();
    if (version < IR_VERSION_MIN || version > IR_VERSION_MAX) {
      throw refused("its IR version %d is not one of ONNX".formatted(version));
    }
  }

  private void nested(Part part, int wireType, int depth) throws IOException {
    if (wireType != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      throw refused("its %s is not a message".formatted(part.name().toLowerCase(Locale.ROOT)));
    }
    int before = in.pushLimit(in.readRawVarint32());
    message(part, depth + 1);
    in.popLimit(before);
  }

  private void skip(int tag, int wireType) throws IOException {
    if (wireType == WireFormat.WIRETYPE_START_GROUP || !in.skipField(tag)) {
      throw new InvalidProtocolBufferException("ONNX has no groups");
    }
  }

  private static ArtifactRefusedException external() {
    return refused(
        "a tensor's data lies in another file (external data), which could be any file of the host."
            + " Export with the weights inside: save_as_external_data=False of onnx.save_model and"
            + " mlflow.onnx.log_model");
  }

  private static ArtifactRefusedException refused(String why) {
    return ArtifactFormat.refused("it begins like ONNX, but " + why);
  }
}
