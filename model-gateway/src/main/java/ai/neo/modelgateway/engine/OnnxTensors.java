package ai.neo.modelgateway.engine;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Between the protocol's tensors and ONNX Runtime's. */
final class OnnxTensors {

  private OnnxTensors() {}

  /**
   * What a tensor of the file is.
   *
   * @throws ModelRefusedException when it is no tensor, or of a type that the protocol has not
   */
  static TensorSignature.Spec spec(NodeInfo node) throws ModelRefusedException {
    if (!(node.getInfo() instanceof TensorInfo tensor)) {
      throw new ModelRefusedException(
          "'%s' is no tensor but %s, which the protocol cannot carry; of a scikit-learn classifier, convert with zipmap=False"
              .formatted(
                  node.getName(), node.getInfo().getClass().getSimpleName().replace("Info", "")));
    }
    List<Long> dims = Arrays.stream(tensor.getShape()).boxed().toList();
    return new TensorSignature.Spec(node.getName(), type(node.getName(), tensor), dims);
  }

  private static ElementType type(String name, TensorInfo tensor) throws ModelRefusedException {
    return switch (tensor.onnxType) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> ElementType.BOOL;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> ElementType.UINT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> ElementType.UINT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> ElementType.UINT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> ElementType.UINT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> ElementType.INT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> ElementType.INT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> ElementType.INT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> ElementType.INT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> ElementType.FP16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> ElementType.FP32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> ElementType.FP64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> ElementType.BYTES;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> ElementType.BF16;
      default ->
          throw new ModelRefusedException(
              "'%s' is of type %s, which the protocol has not"
                  .formatted(
                      name,
                      tensor
                          .onnxType
                          .name()
                          .replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "")
                          .toLowerCase(Locale.ROOT)));
    };
  }

  /** A tensor that ONNX Runtime can read; the caller closes it. */
  static OnnxTensor toRuntime(OrtEnvironment environment, TensorValue value, UnsignedCasts casts)
      throws OrtException {
    long[] shape = value.shape().stream().mapToLong(Long::longValue).toArray();
    if (value.type() == ElementType.BYTES) {
      return OnnxTensor.createTensor(environment, JavaStrings.of(value), shape);
    }
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(value.data().size()).order(ByteOrder.LITTLE_ENDIAN);
    value.data().copyTo(bytes);
    bytes.flip();
    return switch (value.type()) {
      case BOOL -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.BOOL);
      case UINT8 -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.UINT8);
      case INT8 -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.INT8);
      case INT16 -> OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape);
      case INT32 -> OnnxTensor.createTensor(environment, bytes.asIntBuffer(), shape);
      case INT64 -> OnnxTensor.createTensor(environment, bytes.asLongBuffer(), shape);
      case FP32 -> OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), shape);
      case FP64 -> OnnxTensor.createTensor(environment, bytes.asDoubleBuffer(), shape);
      case FP16 ->
          OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape, OnnxJavaType.FLOAT16);
      case BF16 ->
          OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape, OnnxJavaType.BFLOAT16);
      case UINT16 ->
          casts.cast(
              value.type(), OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape));
      case UINT32 ->
          casts.cast(
              value.type(), OnnxTensor.createTensor(environment, bytes.asIntBuffer(), shape));
      case UINT64 ->
          casts.cast(
              value.type(), OnnxTensor.createTensor(environment, bytes.asLongBuffer(), shape));
      case BYTES -> throw new IllegalStateException("BYTES are no numbers");
    };
  }

  /**
   * Copies an output out.
   *
   * @param before bytes of the outputs before it
   * @throws IllegalStateException when the answer is larger than a message may be
   */
  static TensorValue fromRuntime(TensorSignature.Spec spec, OnnxValue value, long before)
      throws OrtException {
    if (!(value instanceof OnnxTensor tensor)) {
      throw new IllegalStateException("output " + spec + " is none");
    }
    List<Long> shape = new ArrayList<>();
    for (long dimension : tensor.getInfo().getShape()) {
      shape.add(dimension);
    }
    long elements = TensorValue.elements(shape);
    boolean strings = spec.type() == ElementType.BYTES;
    long each = strings ? Integer.BYTES : spec.type().bytes();
    spec.requireSendable(before + elements * each);
    ByteString data =
        strings
            ? strings(tensor, elements)
            : UnsafeByteOperations.unsafeWrap(tensor.getByteBuffer());
    spec.requireSendable(before + data.size());
    return new TensorValue(spec.name(), spec.type(), shape, data);
  }

  private static ByteString strings(OnnxTensor tensor, long elements) throws OrtException {
    if (elements == 0) {
      return ByteString.EMPTY;
    }
    Object value = tensor.getValue();
    return JavaStrings.packed(
        value instanceof String one ? new String[] {one} : OrtUtil.flattenString(value));
  }
}
