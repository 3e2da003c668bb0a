package ai.neo.modelgateway;

import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.ProtobufMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Writes small ONNX files of any signature: nodes between named tensors of stated types. */
public final class TensorOnnx {

  /** A dimension of any size. */
  public static final long ANY = -1;

  private final ProtobufMessage graph = new ProtobufMessage().text(2, "tensors");
  private final List<String> domains = new ArrayList<>(List.of(""));

  /** One output {@code y} that is the input {@code x}. */
  public static byte[] identity(ElementType type, long... dims) {
    return new TensorOnnx()
        .input("x", type, dims)
        .node("Identity", "y", "x")
        .output("y", type, dims)
        .bytes();
  }

  public TensorOnnx input(String name, ElementType type, long... dims) {
    graph.message(11, value(name, type, dims));
    return this;
  }

  public TensorOnnx output(String name, ElementType type, long... dims) {
    graph.message(12, value(name, type, dims));
    return this;
  }

  public TensorOnnx node(String type, String output, String... inputs) {
    return foreign("", type, output, inputs);
  }

  /** An operator of another domain than ONNX's own. */
  public TensorOnnx foreign(String domain, String type, String output, String... inputs) {
    ProtobufMessage node = new ProtobufMessage();
    for (String input : inputs) {
      node.text(1, input);
    }
    node.text(2, output).text(4, type);
    if (!domain.isEmpty()) {
      node.text(7, domain);
      domains.add(domain);
    }
    graph.message(1, node);
    return this;
  }

  /** A constant string. */
  public TensorOnnx text(String name, byte[] utf8) {
    graph.message(
        5, new ProtobufMessage().number(2, number(ElementType.BYTES)).raw(6, utf8).text(8, name));
    return this;
  }

  /** A constant vector of INT64. */
  public TensorOnnx integers(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    graph.message(
        5,
        new ProtobufMessage()
            .number(1, values.length)
            .number(2, number(ElementType.INT64))
            .text(8, name)
            .raw(9, raw.array()));
    return this;
  }

  /** A constant whose bytes lie in another file. */
  public TensorOnnx external(String name, String location) {
    ProtobufMessage where = new ProtobufMessage().text(1, "location").text(2, location);
    graph.message(
        5,
        new ProtobufMessage()
            .number(1, 1)
            .number(2, number(ElementType.FP32))
            .text(8, name)
            .message(13, where)
            .number(14, 1));
    return this;
  }

  public byte[] bytes() {
    ProtobufMessage model = new ProtobufMessage().number(1, 8).message(7, graph);
    for (String domain : domains) {
      model.message(8, new ProtobufMessage().text(1, domain).number(2, domain.isEmpty() ? 19 : 1));
    }
    return model.bytes();
  }

  private static ProtobufMessage value(String name, ElementType type, long... dims) {
    ProtobufMessage shape = new ProtobufMessage();
    for (int i = 0; i < dims.length; i++) {
      shape.message(
          1,
          dims[i] == ANY
              ? new ProtobufMessage().text(2, i == 0 ? "batch" : name + i)
              : new ProtobufMessage().number(1, dims[i]));
    }
    ProtobufMessage tensor = new ProtobufMessage().number(1, number(type)).message(2, shape);
    return new ProtobufMessage().text(1, name).message(2, new ProtobufMessage().message(1, tensor));
  }

  /** By the numbers of the official {@code onnx.proto3}. */
  private static int number(ElementType type) {
    return switch (type) {
      case FP32 -> 1;
      case UINT8 -> 2;
      case INT8 -> 3;
      case UINT16 -> 4;
      case INT16 -> 5;
      case INT32 -> 6;
      case INT64 -> 7;
      case BYTES -> 8;
      case BOOL -> 9;
      case FP16 -> 10;
      case FP64 -> 11;
      case UINT32 -> 12;
      case UINT64 -> 13;
      case BF16 -> 16;
    };
  }
}
