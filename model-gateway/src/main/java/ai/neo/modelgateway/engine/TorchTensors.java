package ai.neo.modelgateway.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.neo.modelgateway.engine.TorchProgram.Call;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Between the protocol's tensors and PyTorch's. */
final class TorchTensors {

  /** Those that both DJL and PyTorch have; making one of another type ends the process. */
  private static final Map<ElementType, DataType> TYPES =
      new EnumMap<>(
          Map.of(
              ElementType.BOOL, DataType.BOOLEAN,
              ElementType.UINT8, DataType.UINT8,
              ElementType.INT8, DataType.INT8,
              ElementType.INT32, DataType.INT32,
              ElementType.INT64, DataType.INT64,
              ElementType.FP16, DataType.FLOAT16,
              ElementType.FP32, DataType.FLOAT32,
              ElementType.FP64, DataType.FLOAT64));

  private TorchTensors() {}

  /** Whether tensors of that type, or lists of strings, can be handed to a program. */
  static boolean has(ElementType type) {
    return type == ElementType.BYTES || TYPES.containsKey(type);
  }

  /** A tensor, or a list of strings, that belongs to the call. */
  static IValue toRuntime(TensorValue value, Call call) {
    if (value.type() == ElementType.BYTES) {
      IValue[] strings =
          Arrays.stream(JavaStrings.of(value)).map(IValue::from).toArray(IValue[]::new);
      call.keep(strings);
      return call.keep(IValue.listFrom(strings));
    }
    return call.keep(IValue.from(array(value, call)));
  }

  /** A tensor that belongs to the call, with memory of its own: a program may hold on to it. */
  static PtNDArray array(TensorValue value, Call call) {
    Shape shape = new Shape(value.shape().stream().mapToLong(Long::longValue).toArray());
    DataType type = TYPES.get(value.type());
    if (value.data().isEmpty()) {
      return (PtNDArray) call.arrays().zeros(shape, type);
    }
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(value.data().size()).order(ByteOrder.nativeOrder());
    value.data().copyTo(bytes);
    bytes.flip();
    // The bytes are collected with their buffer, what PyTorch made when nobody refers to it.
    return (PtNDArray) call.arrays().create(bytes, shape, type).duplicate();
  }

  /**
   * Copies an output out.
   *
   * @param before bytes of the outputs before it
   * @throws IllegalStateException when it is not what was stated, or larger than a message may be
   */
  static TensorValue fromRuntime(TensorSignature.Spec spec, IValue value, Call call, long before) {
    if (value.isTensor()) {
      return fromTensor(spec, value.toTensor(call.arrays()), before);
    }
    List<IValue> elements = value.isList() ? call.keep(value.toIValueArray()) : List.of();
    if (!value.isList() || !elements.stream().allMatch(IValue::isString)) {
      throw new IllegalStateException(
          "output '%s' must be of type Tensor or List[str].".formatted(spec.name()));
    }
    requireType(spec, Optional.of(ElementType.BYTES), "STRING");
    List<Long> shape = List.of((long) elements.size());
    requireShape(spec, shape);
    ByteString data =
        JavaStrings.packed(elements.stream().map(IValue::toStringValue).toArray(String[]::new));
    spec.requireSendable(before + data.size());
    return new TensorValue(spec.name(), spec.type(), shape, data);
  }

  private static TensorValue fromTensor(TensorSignature.Spec spec, PtNDArray tensor, long before) {
    DataType type = tensor.getDataType();
    requireType(
        spec,
        TYPES.entrySet().stream()
            .filter(known -> known.getValue() == type)
            .map(Map.Entry::getKey)
            .findFirst(),
        type.name().toLowerCase(Locale.ROOT));
    List<Long> shape = Arrays.stream(tensor.getShape().getShape()).boxed().toList();
    requireShape(spec, shape);
    spec.requireSendable(before + TensorValue.elements(shape) * spec.type().bytes());
    ByteString data =
        shape.contains(0L)
            ? ByteString.EMPTY
            : UnsafeByteOperations.unsafeWrap(tensor.toByteBuffer(false));
    return new TensorValue(spec.name(), spec.type(), shape, data);
  }

  private static void requireType(
      TensorSignature.Spec spec, Optional<ElementType> type, String otherwise) {
    if (type.isEmpty() || type.get() != spec.type()) {
      throw new IllegalStateException(
          "configuration expects datatype %s for output '%s', model provides %s"
              .formatted(
                  spec.type().inConfig(),
                  spec.name(),
                  type.map(known -> known.inConfig().name()).orElse("TYPE_" + otherwise)));
    }
  }

  private static void requireShape(TensorSignature.Spec spec, List<Long> shape) {
    boolean fits = shape.size() == spec.dims().size();
    for (int i = 0; fits && i < shape.size(); i++) {
      fits = spec.dims().get(i) == -1 || spec.dims().get(i).equals(shape.get(i));
    }
    if (!fits) {
      throw new IllegalStateException(
          "configuration expects shape %s for output '%s', model provides %s"
              .formatted(
                  spec.dims().toString().replace(" ", ""),
                  spec.name(),
                  shape.toString().replace(" ", "")));
    }
  }
}
