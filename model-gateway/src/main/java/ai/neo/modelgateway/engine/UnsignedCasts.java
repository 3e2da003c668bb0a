package ai.neo.modelgateway.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes tensors of UINT16, UINT32 and UINT64, which ONNX Runtime's Java interface can read and
 * cannot make: signed ones of the same bits go through a graph of one Cast, which keeps them. Safe
 * for any thread while it is open.
 */
final class UnsignedCasts implements AutoCloseable {

  private static final String IN = "x";
  private static final String OUT = "y";

  /** Element types and format versions by the numbers of the official {@code onnx.proto3}. */
  private record Types(int signed, int unsigned) {
    static final int IR_VERSION = 8;
    static final int OPSET = 17;
    static final int ATTRIBUTE_INT = 2;

    static Types of(ElementType type) {
      return switch (type) {
        case UINT16 -> new Types(5, 4);
        case UINT32 -> new Types(6, 12);
        case UINT64 -> new Types(7, 13);
        default -> throw new IllegalArgumentException(type + " needs no cast");
      };
    }
  }

  private final Map<ElementType, OrtSession> sessions = new EnumMap<>(ElementType.class);

  private UnsignedCasts() {}

  /** For inputs of those types; the caller closes it. */
  static UnsignedCasts of(OrtEnvironment environment, List<TensorSignature.Spec> inputs)
      throws OrtException {
    UnsignedCasts casts = new UnsignedCasts();
    Set<ElementType> wide = Set.of(ElementType.UINT16, ElementType.UINT32, ElementType.UINT64);
    try {
      for (TensorSignature.Spec input : inputs) {
        if (wide.contains(input.type()) && !casts.sessions.containsKey(input.type())) {
          casts.sessions.put(input.type(), session(environment, Types.of(input.type())));
        }
      }
      return casts;
    } catch (OrtException e) {
      casts.close();
      throw e;
    }
  }

  private static OrtSession session(OrtEnvironment environment, Types types) throws OrtException {
    ProtobufMessage to =
        new ProtobufMessage()
            .text(1, "to")
            .number(3, types.unsigned())
            .number(20, Types.ATTRIBUTE_INT);
    ProtobufMessage node =
        new ProtobufMessage().text(1, IN).text(2, OUT).text(4, "Cast").message(5, to);
    ProtobufMessage graph =
        new ProtobufMessage()
            .message(1, node)
            .text(2, "cast")
            .message(11, value(IN, types.signed()))
            .message(12, value(OUT, types.unsigned()));
    byte[] model =
        new ProtobufMessage()
            .number(1, Types.IR_VERSION)
            .message(7, graph)
            .message(8, new ProtobufMessage().text(1, "").number(2, Types.OPSET))
            .bytes();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      return environment.createSession(model, options);
    }
  }

  /** Of any shape. */
  private static ProtobufMessage value(String name, int type) {
    ProtobufMessage tensor = new ProtobufMessage().number(1, type);
    return new ProtobufMessage().text(1, name).message(2, new ProtobufMessage().message(1, tensor));
  }

  /**
   * The same bits as that unsigned type; the signed tensor is closed, the caller closes the new.
   */
  OnnxTensor cast(ElementType type, OnnxTensor signed) throws OrtException {
    try (signed) {
      // The tensor outlives the result that it came in, which holds nothing else.
      OrtSession.Result result = sessions.get(type).run(Map.of(IN, signed));
      return (OnnxTensor) result.get(0);
    }
  }

  @Override
  public void close() {
    for (OrtSession session : sessions.values()) {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime cannot free a cast", e);
      }
    }
  }
}
