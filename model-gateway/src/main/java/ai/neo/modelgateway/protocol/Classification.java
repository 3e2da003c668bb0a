package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.ByteStrings;
import ai.neo.modelgateway.engine.ElementType;
import com.google.protobuf.ByteString;
import inference.InferParameter;
import inference.InferParameter.ParameterChoiceCase;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The protocol's classification extension: instead of an output's numbers its largest ones, each as
 * {@code VALUE:INDEX} or {@code VALUE:INDEX:LABEL}, written as Triton writes them.
 *
 * @param output which output
 * @param classes how many of the largest
 */
record Classification(String output, long classes) {

  private static final String PARAMETER = "classification";

  /** As of strings in a request: what one answer may have. */
  private static final long CLASSES_MAX = 1 << 20;

  /** As C++'s {@code std::to_string} has. */
  private static final int DECIMALS = 6;

  /**
   * The number of classes that an output's parameters ask for; 0 when they ask for the numbers.
   *
   * @throws RefusedRequestException when it is no number above 0
   */
  static long asked(InferRequestedOutputTensor output) throws RefusedRequestException {
    InferParameter asked = output.getParametersMap().get(PARAMETER);
    if (asked == null) {
      return 0;
    }
    if (asked.getParameterChoiceCase() != ParameterChoiceCase.INT64_PARAM) {
      throw RefusedRequestException.invalid(
          "invalid value type for 'classification' parameter, expected int64_param");
    }
    if (asked.getInt64Param() <= 0) {
      throw RefusedRequestException.invalid(
          "invalid value for 'classification' parameter, expected >= 0");
    }
    return asked.getInt64Param();
  }

  /** Refuses types that have no order, or none that the extension offers. */
  static void requireOffered(ElementType type) throws RefusedRequestException {
    switch (type) {
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FP32, FP64 -> {}
      case BOOL, FP16, BF16, BYTES ->
          throw RefusedRequestException.invalid(
              "class result not available for output due to unsupported type '" + type + "'");
    }
  }

  /** Strings in the place of numbers. */
  record Classes(List<Long> shape, ByteString packed) {}

  /**
   * The largest elements, those of each row by themselves.
   *
   * @param numbers of a type that is offered
   * @param isBatched whether the first dimension is rows; else all elements are classes of one
   * @param labels by class; may be fewer than there are classes
   */
  Classes of(Numbers numbers, boolean isBatched, List<String> labels)
      throws RefusedRequestException {
    List<Long> shape = numbers.shape();
    boolean hasRows = isBatched && !shape.isEmpty();
    long rows = hasRows ? shape.getFirst() : 1;
    int each = rows == 0 ? 0 : Math.toIntExact(numbers.count() / rows);
    int top = (int) Math.min(classes, each);
    if (rows * top > CLASSES_MAX) {
      throw RefusedRequestException.invalid(
          "output '%s' would have %d classes, and one answer may have %d; ask for fewer"
              .formatted(output, rows * top, CLASSES_MAX));
    }
    List<ByteString> strings = new ArrayList<>();
    for (int row = 0; top > 0 && row < rows; row++) {
      for (int index : largest(numbers, row * each, each, top)) {
        int label = index - row * each;
        String text = numbers.text(index) + ":" + label;
        boolean isLabelled = label < labels.size() && !labels.get(label).isEmpty();
        strings.add(ByteString.copyFromUtf8(isLabelled ? text + ":" + labels.get(label) : text));
      }
    }
    return new Classes(
        hasRows ? List.of(rows, (long) top) : List.of((long) top), ByteStrings.pack(strings));
  }

  /** Of so many elements from there, the largest first; of equal ones the first. */
  private static List<Integer> largest(Numbers numbers, int from, int count, int top) {
    Comparator<Integer> worstFirst =
        Comparator.<Integer>comparingLong(numbers::rank).thenComparing(Comparator.reverseOrder());
    PriorityQueue<Integer> best = new PriorityQueue<>(worstFirst);
    for (int index = from; index < from + count; index++) {
      best.add(index);
      if (best.size() > top) {
        best.remove();
      }
    }
    List<Integer> largest = new ArrayList<>(best);
    largest.sort(worstFirst.reversed());
    return largest;
  }

  /** Elements, little-endian. */
  record Numbers(ElementType type, List<Long> shape, ByteBuffer bytes) {

    static Numbers of(ElementType type, List<Long> shape, ByteString data) {
      return new Numbers(
          type, shape, data.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN));
    }

    int count() {
      return bytes.capacity() / type.bytes();
    }

    /** In the order of the elements; what is no number is last. */
    long rank(int index) {
      return switch (type) {
        case FP32, FP64 -> rank(real(index));
        case UINT64 -> whole(index) ^ Long.MIN_VALUE;
        default -> whole(index);
      };
    }

    private static long rank(double value) {
      if (Double.isNaN(value)) {
        return Long.MIN_VALUE;
      }
      long bits = Double.doubleToRawLongBits(value + 0.0); // so that -0 is 0
      return bits >= 0 ? bits : bits ^ Long.MAX_VALUE;
    }

    /** As {@code std::to_string} writes it. */
    String text(int index) {
      return switch (type) {
        case FP32, FP64 -> text(real(index));
        case UINT64 -> Long.toUnsignedString(whole(index));
        default -> Long.toString(whole(index));
      };
    }

    private static String text(double value) {
      String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
      if (Double.isNaN(value)) {
        return sign + "nan";
      }
      if (Double.isInfinite(value)) {
        return sign + "inf";
      }
      return sign
          + new BigDecimal(Math.abs(value))
              .setScale(DECIMALS, RoundingMode.HALF_EVEN)
              .toPlainString();
    }

    private double real(int index) {
      int at = index * type.bytes();
      return type == ElementType.FP32 ? bytes.getFloat(at) : bytes.getDouble(at);
    }

    private long whole(int index) {
      int at = index * type.bytes();
      return switch (type) {
        case INT8 -> bytes.get(at);
        case UINT8 -> Byte.toUnsignedLong(bytes.get(at));
        case INT16 -> bytes.getShort(at);
        case UINT16 -> Short.toUnsignedLong(bytes.getShort(at));
        case INT32 -> bytes.getInt(at);
        case UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
        case INT64, UINT64 -> bytes.getLong(at);
        case FP32, FP64, BOOL, FP16, BF16, BYTES ->
            throw new IllegalStateException(type + " is no whole number");
      };
    }
  }
}
