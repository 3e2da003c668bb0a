package ai.neo.modelgateway.engine;

import inference.DataType;
import java.util.Arrays;
import java.util.Optional;

/** The 14 data types of the Open Inference Protocol, by their names there. */
public enum ElementType {
  BOOL(1),
  UINT8(1),
  UINT16(2),
  UINT32(4),
  UINT64(8),
  INT8(1),
  INT16(2),
  INT32(4),
  INT64(8),
  FP16(2),
  FP32(4),
  FP64(8),
  /** Strings of bytes, each after its length as four bytes. */
  BYTES(0),
  BF16(2);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Of one element; 0 where elements differ in size. */
  public int bytes() {
    return bytes;
  }

  /** By the protocol's name; empty when it has no such type. */
  public static Optional<ElementType> of(String datatype) {
    return Arrays.stream(values()).filter(type -> type.name().equals(datatype)).findFirst();
  }

  /** As a model's configuration calls it. */
  public DataType inConfig() {
    return this == BYTES ? DataType.TYPE_STRING : DataType.valueOf("TYPE_" + name());
  }
}
