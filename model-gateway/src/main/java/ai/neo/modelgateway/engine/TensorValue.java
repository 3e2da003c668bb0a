package ai.neo.modelgateway.engine;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Objects;

/**
 * One tensor with its elements.
 *
 * @param shape no dimension below 0
 * @param data as the protocol packs it: little-endian, row-major, no padding; BYTES as {@link
 *     ByteStrings} does
 */
public record TensorValue(String name, ElementType type, List<Long> shape, ByteString data) {

  public TensorValue {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(data, "data");
    shape = List.copyOf(shape);
    if (type.bytes() > 0 && elements(shape) * type.bytes() != data.size()) {
      throw new IllegalArgumentException(
          "%s %s of shape %s has %d bytes".formatted(type, name, shape, data.size()));
    }
  }

  /** The product of a shape's dimensions; {@link Long#MAX_VALUE} when that is less than it. */
  public static long elements(List<Long> shape) {
    if (shape.contains(0L)) {
      return 0;
    }
    long elements = 1;
    for (long dimension : shape) {
      long high = Math.multiplyHigh(elements, dimension);
      elements *= dimension;
      if (high != 0 || elements < 0) {
        return Long.MAX_VALUE;
      }
    }
    return elements;
  }

  /** Of the first dimension, so many from there. */
  TensorValue part(int from, int count) {
    List<Long> inner = shape.subList(1, shape.size());
    long perRow = elements(inner);
    int start = offset(from * perRow);
    int end = offset((from + count) * perRow);
    return new TensorValue(name, type, withRows(inner, count), data.substring(start, end));
  }

  private int offset(long elements) {
    return type == ElementType.BYTES
        ? ByteStrings.offset(data, elements)
        : Math.toIntExact(elements * type.bytes());
  }

  static List<Long> withRows(List<Long> inner, long rows) {
    List<Long> shape = new java.util.ArrayList<>(inner);
    shape.addFirst(rows);
    return shape;
  }
}
