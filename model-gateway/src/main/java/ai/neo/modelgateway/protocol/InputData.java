package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.ByteStrings;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Where a request holds the elements of its inputs: packed, or typed field by field. Checked before
 * anything that a model expects, as Triton does while it reads a request.
 */
final class InputData {

  private final ModelInferRequest request;

  InputData(ModelInferRequest request) {
    this.request = request;
  }

  /** Refuses a request of which an input has no data of its own, or too much. */
  void require() throws RefusedRequestException {
    for (int i = 0; i < request.getInputsCount(); i++) {
      require(i);
    }
  }

  private void require(int index) throws RefusedRequestException {
    InferInputTensor input = request.getInputs(index);
    for (int i = 0; i < index; i++) {
      if (request.getInputs(i).getName().equals(input.getName())) {
        throw RefusedRequestException.invalid(
            RefusedRequestException.prefix(request.getId())
                + "input '"
                + input.getName()
                + "' already exists in request");
      }
    }
    boolean raw = request.getRawInputContentsCount() > 0;
    boolean typed = input.hasContents() && input.getContents().getSerializedSize() > 0;
    if (raw && typed) {
      throw RefusedRequestException.invalid(
          "contents field must not be specified when using raw_input_contents for '"
              + input.getName()
              + "' for model '"
              + request.getModelName()
              + "'");
    }
    if (raw ? index >= request.getRawInputContentsCount() : !typed) {
      throw RefusedRequestException.invalid(
          "unable to find data for input tensor '"
              + input.getName()
              + "' for model '"
              + request.getModelName()
              + "' in request.");
    }
    if (typed) {
      requireOwnField(input);
    }
  }

  private void requireOwnField(InferInputTensor input) throws RefusedRequestException {
    String own =
        switch (input.getDatatype()) {
          case "INT8", "INT16", "INT32" -> "INT32";
          case "UINT8", "UINT16", "UINT32" -> "UINT32";
          default -> input.getDatatype();
        };
    for (String used : fieldsUsed(input.getContents())) {
      if (!used.equals(own)) {
        throw RefusedRequestException.invalid(
            "unexpected explicit tensor data for input tensor '"
                + input.getName()
                + "' for model '"
                + request.getModelName()
                + "' of type '"
                + used
                + "', expected datatype '"
                + input.getDatatype()
                + "'");
      }
    }
  }

  private static List<String> fieldsUsed(InferTensorContents contents) {
    return contents.getAllFields().keySet().stream()
        .map(
            field ->
                switch (field.getNumber()) {
                  case InferTensorContents.BOOL_CONTENTS_FIELD_NUMBER -> "BOOL";
                  case InferTensorContents.INT_CONTENTS_FIELD_NUMBER -> "INT32";
                  case InferTensorContents.INT64_CONTENTS_FIELD_NUMBER -> "INT64";
                  case InferTensorContents.UINT_CONTENTS_FIELD_NUMBER -> "UINT32";
                  case InferTensorContents.UINT64_CONTENTS_FIELD_NUMBER -> "UINT64";
                  case InferTensorContents.FP32_CONTENTS_FIELD_NUMBER -> "FP32";
                  case InferTensorContents.FP64_CONTENTS_FIELD_NUMBER -> "FP64";
                  default -> "BYTES";
                })
        .toList();
  }

  /** The elements as the protocol packs them. Numbers that are too large for their type are cut. */
  ByteString packed(int index) {
    if (request.getRawInputContentsCount() > 0) {
      return request.getRawInputContents(index);
    }
    InferInputTensor input = request.getInputs(index);
    InferTensorContents typed = input.getContents();
    return switch (input.getDatatype()) {
      case "BOOL" -> {
        ByteBuffer bytes = bytes(typed.getBoolContentsCount());
        typed.getBoolContentsList().forEach(value -> bytes.put((byte) (value ? 1 : 0)));
        yield wrapped(bytes);
      }
      case "INT8" -> {
        ByteBuffer bytes = bytes(typed.getIntContentsCount());
        typed.getIntContentsList().forEach(value -> bytes.put(value.byteValue()));
        yield wrapped(bytes);
      }
      case "UINT8" -> {
        ByteBuffer bytes = bytes(typed.getUintContentsCount());
        typed.getUintContentsList().forEach(value -> bytes.put(value.byteValue()));
        yield wrapped(bytes);
      }
      case "INT16" -> {
        ByteBuffer bytes = bytes(Short.BYTES * typed.getIntContentsCount());
        typed.getIntContentsList().forEach(value -> bytes.putShort(value.shortValue()));
        yield wrapped(bytes);
      }
      case "UINT16" -> {
        ByteBuffer bytes = bytes(Short.BYTES * typed.getUintContentsCount());
        typed.getUintContentsList().forEach(value -> bytes.putShort(value.shortValue()));
        yield wrapped(bytes);
      }
      case "INT32" -> ints(typed.getIntContentsList());
      case "UINT32" -> ints(typed.getUintContentsList());
      case "INT64" -> longs(typed.getInt64ContentsList());
      case "UINT64" -> longs(typed.getUint64ContentsList());
      case "FP32" -> {
        ByteBuffer bytes = bytes(Float.BYTES * typed.getFp32ContentsCount());
        typed.getFp32ContentsList().forEach(bytes::putFloat);
        yield wrapped(bytes);
      }
      case "FP64" -> {
        ByteBuffer bytes = bytes(Double.BYTES * typed.getFp64ContentsCount());
        typed.getFp64ContentsList().forEach(bytes::putDouble);
        yield wrapped(bytes);
      }
      case "BYTES" -> ByteStrings.pack(typed.getBytesContentsList());
      default -> ByteString.EMPTY; // has no field of its own, and was refused for that
    };
  }

  private static ByteString ints(List<Integer> values) {
    ByteBuffer bytes = bytes(Integer.BYTES * values.size());
    values.forEach(bytes::putInt);
    return wrapped(bytes);
  }

  private static ByteString longs(List<Long> values) {
    ByteBuffer bytes = bytes(Long.BYTES * values.size());
    values.forEach(bytes::putLong);
    return wrapped(bytes);
  }

  /** A message is small enough that its elements, unpacked, are one array. */
  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteString wrapped(ByteBuffer full) {
    return UnsafeByteOperations.unsafeWrap(full.flip());
  }
}
