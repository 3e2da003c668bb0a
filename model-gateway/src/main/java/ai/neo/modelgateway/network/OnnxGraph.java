package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.ProtobufMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * An ONNX model under construction (IR version 8, opset 17; field numbers of the official {@code
 * onnx.proto3}). Every value has one name; what adds a node returns its result's. One thread.
 */
final class OnnxGraph {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int FLOAT = 1;
  private static final int INT8 = 3;
  private static final int INT64 = 7;
  private static final int FLOAT16 = 10;
  private static final int ATTRIBUTE_FLOAT = 1;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;
  private static final float INT8_LARGEST = 127f;

  private final Precision precision;
  private final ProtobufMessage graph = new ProtobufMessage().text(2, "neo");
  private int named;

  OnnxGraph(Precision precision) {
    this.precision = precision;
  }

  /** An attribute of a node. */
  record Attribute(String name, Object value) {}

  static Attribute number(String name, long value) {
    return new Attribute(name, value);
  }

  static Attribute decimal(String name, float value) {
    return new Attribute(name, value);
  }

  static Attribute numbers(String name, long... values) {
    return new Attribute(name, values);
  }

  /** A node with one result. */
  String node(String type, String[] inputs, Attribute... attributes) {
    return named(type, inputs, fresh(type), attributes);
  }

  /** A node without attributes. */
  String node(String type, String first, String... others) {
    String[] inputs = new String[others.length + 1];
    inputs[0] = first;
    System.arraycopy(others, 0, inputs, 1, others.length);
    return node(type, inputs, new Attribute[0]);
  }

  /** Gives a value the name of an output. */
  void output(String value, String name, long columns) {
    named("Identity", new String[] {value}, name);
    graph.message(12, value(name, columns));
  }

  void input(String name, long columns) {
    graph.message(11, value(name, columns));
  }

  /** Numbers that stay FP32 whatever the precision: scales, biases, positions. */
  String constant(float[] values, long... dims) {
    byte[] raw = new byte[values.length * Float.BYTES];
    little(raw).asFloatBuffer().put(values);
    return tensor(FLOAT, raw, dims);
  }

  String scalar(float value) {
    return constant(new float[] {value});
  }

  String integers(long... values) {
    byte[] raw = new byte[values.length * Long.BYTES];
    little(raw).asLongBuffer().put(values);
    return tensor(INT64, raw, values.length);
  }

  /** A single index without a dimension. */
  String index(long value) {
    byte[] raw = new byte[Long.BYTES];
    little(raw).putLong(value);
    return tensor(INT64, raw);
  }

  /**
   * A weight in the graph's precision, ready to be multiplied.
   *
   * @param values row-major in {@code dims}
   * @param axis of the outputs, each of which has its own scale as INT8
   */
  String weight(float[] values, int axis, long... dims) {
    return switch (precision) {
      case FP32 -> constant(values, dims);
      case FP16 -> {
        byte[] raw = new byte[values.length * Short.BYTES];
        ByteBuffer little = little(raw);
        for (float value : values) {
          little.putShort(Float.floatToFloat16(value));
        }
        String half = tensor(FLOAT16, raw, dims);
        yield node("Cast", new String[] {half}, number("to", FLOAT));
      }
      case INT8 -> quantised(values, axis, dims);
    };
  }

  /** The whole file. */
  byte[] bytes(Map<String, String> metadata) {
    ProtobufMessage model =
        new ProtobufMessage().number(1, IR_VERSION).text(2, "neo").message(7, graph);
    model.message(8, new ProtobufMessage().text(1, "").number(2, OPSET));
    metadata.forEach(
        (key, value) -> model.message(14, new ProtobufMessage().text(1, key).text(2, value)));
    return model.bytes();
  }

  private String quantised(float[] values, int axis, long... dims) {
    int outputs = (int) dims[axis];
    int inner = 1;
    for (int i = axis + 1; i < dims.length; i++) {
      inner *= (int) dims[i];
    }
    float[] scales = new float[outputs];
    for (int i = 0; i < values.length; i++) {
      int output = i / inner % outputs;
      scales[output] = Math.max(scales[output], Math.abs(values[i]) / INT8_LARGEST);
    }
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      float scale = scales[i / inner % outputs];
      bytes[i] = scale == 0f ? 0 : (byte) Math.round(values[i] / scale);
    }
    for (int i = 0; i < outputs; i++) {
      scales[i] = scales[i] == 0f ? 1f : scales[i];
    }
    return node(
        "DequantizeLinear",
        new String[] {tensor(INT8, bytes, dims), constant(scales, outputs)},
        number("axis", axis));
  }

  private String named(String type, String[] inputs, String result, Attribute... attributes) {
    ProtobufMessage node = new ProtobufMessage();
    for (String input : inputs) {
      node.text(1, input);
    }
    node.text(2, result).text(3, fresh("node")).text(4, type);
    for (Attribute attribute : attributes) {
      node.message(5, message(attribute));
    }
    graph.message(1, node);
    return result;
  }

  private static ProtobufMessage message(Attribute attribute) {
    ProtobufMessage message = new ProtobufMessage().text(1, attribute.name());
    switch (attribute.value()) {
      case Float value -> message.decimal(2, value).number(20, ATTRIBUTE_FLOAT);
      case Long value -> message.number(3, value).number(20, ATTRIBUTE_INT);
      case long[] values -> {
        for (long value : values) {
          message.number(8, value);
        }
        message.number(20, ATTRIBUTE_INTS);
      }
      default -> throw new IllegalArgumentException("no attribute: " + attribute);
    }
    return message;
  }

  private String tensor(int type, byte[] raw, long... dims) {
    String name = fresh("weight");
    ProtobufMessage tensor = new ProtobufMessage();
    for (long dim : dims) {
      tensor.number(1, dim);
    }
    graph.message(5, tensor.number(2, type).text(8, name).raw(9, raw));
    return name;
  }

  private String fresh(String kind) {
    return kind + "_" + named++;
  }

  private static ProtobufMessage value(String name, long columns) {
    ProtobufMessage shape =
        new ProtobufMessage()
            .message(1, new ProtobufMessage().text(2, "rows"))
            .message(1, new ProtobufMessage().number(1, columns));
    ProtobufMessage type =
        new ProtobufMessage().message(1, new ProtobufMessage().number(1, FLOAT).message(2, shape));
    return new ProtobufMessage().text(1, name).message(2, type);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
