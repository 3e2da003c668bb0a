package ai.neo.modelgateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Writes small ONNX files by hand: {@code softmax(features · W + bias)} and, when asked for, {@code
 * expected_return = features · w}. W is all {@code weight}, so that the bias decides the answer.
 */
public final class TinyOnnx {

  private static final int FLOAT = 1;
  private static final int DOUBLE = 11;

  private int features = 4;
  private float[] bias = {0, 0, 0};
  private String input = "features";
  private String output = "action_probabilities";
  private int elementType = FLOAT;
  private boolean expectsReturn;
  private boolean external;
  private boolean softmax = true;
  private boolean fixedRows;
  private long opset = 17;
  private long[] claimed = {};
  private Map<String, String> metadata = Map.of();

  public TinyOnnx features(int width) {
    this.features = width;
    return this;
  }

  public TinyOnnx bias(float sell, float hold, float buy) {
    this.bias = new float[] {sell, hold, buy};
    return this;
  }

  public TinyOnnx actions(int width) {
    this.bias = new float[width];
    return this;
  }

  public TinyOnnx input(String name) {
    this.input = name;
    return this;
  }

  public TinyOnnx output(String name) {
    this.output = name;
    return this;
  }

  public TinyOnnx doubles() {
    this.elementType = DOUBLE;
    return this;
  }

  public TinyOnnx expectedReturn() {
    this.expectsReturn = true;
    return this;
  }

  public TinyOnnx externalData() {
    this.external = true;
    return this;
  }

  public TinyOnnx withoutSoftmax() {
    this.softmax = false;
    return this;
  }

  public TinyOnnx fixedRows() {
    this.fixedRows = true;
    return this;
  }

  /** The operators' version that the file asks for. */
  public TinyOnnx opset(long version) {
    this.opset = version;
    return this;
  }

  /** What the weights claim to be, whatever they are. */
  public TinyOnnx claiming(long... dimensions) {
    this.claimed = dimensions.clone();
    return this;
  }

  public TinyOnnx metadata(String key, String value) {
    this.metadata = Map.of(key, value);
    return this;
  }

  public byte[] bytes() {
    Message model = new Message().number(1, 8).text(2, "neo-test");
    model.message(8, new Message().text(1, "").number(2, opset));
    Message graph = new Message().text(2, "tiny");
    String last = softmax ? "logits" : output;
    graph.message(1, node("Gemm", last, input, "W", "B"));
    if (softmax) {
      graph.message(1, node("Softmax", output, "logits"));
    }
    if (expectsReturn) {
      graph.message(1, node("MatMul", "expected_return", input, "R"));
      graph.message(5, tensor("R", new float[features], features, 1));
    }
    float[] weights = new float[features * bias.length];
    java.util.Arrays.fill(weights, 0.01f);
    long[] dims = claimed.length == 0 ? new long[] {features, bias.length} : claimed;
    graph.message(5, tensor("W", weights, dims));
    graph.message(5, tensor("B", bias, bias.length));
    graph.message(11, value(input, features));
    graph.message(12, value(output, bias.length));
    if (expectsReturn) {
      graph.message(12, value("expected_return", 1));
    }
    model.message(7, graph);
    metadata.forEach((key, value) -> model.message(14, new Message().text(1, key).text(2, value)));
    return model.bytes();
  }

  private static Message node(String type, String result, String... inputs) {
    Message node = new Message();
    for (String name : inputs) {
      node.text(1, name);
    }
    return node.text(2, result).text(4, type);
  }

  private Message tensor(String name, float[] values, long... dims) {
    Message tensor = new Message();
    for (long dim : dims) {
      tensor.number(1, dim);
    }
    tensor.number(2, elementType).text(8, name);
    if (external) {
      return tensor
          .message(13, new Message().text(1, "location").text(2, "/etc/passwd"))
          .number(14, 1);
    }
    ByteBuffer raw = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      if (elementType == FLOAT) {
        raw.putFloat(value);
      } else {
        raw.putDouble(value);
      }
    }
    return tensor.raw(9, ByteString.copyFrom(raw.flip()));
  }

  private Message value(String name, long columns) {
    Message rows = fixedRows ? new Message().number(1, 8) : new Message().text(2, "n");
    Message shape = new Message().message(1, rows).message(1, new Message().number(1, columns));
    Message type = new Message().message(1, new Message().number(1, elementType).message(2, shape));
    return new Message().text(1, name).message(2, type);
  }

  /** One protobuf message under construction. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    Message number(int field, long value) {
      return write(() -> out.writeInt64(field, value));
    }

    Message text(int field, String value) {
      return write(() -> out.writeString(field, value));
    }

    Message raw(int field, ByteString value) {
      return write(() -> out.writeBytes(field, value));
    }

    Message message(int field, Message value) {
      return write(() -> out.writeByteArray(field, value.bytes()));
    }

    byte[] bytes() {
      write(out::flush);
      return bytes.toByteArray();
    }

    private Message write(Step step) {
      try {
        step.run();
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @FunctionalInterface
    private interface Step {
      void run() throws IOException;
    }
  }
}
