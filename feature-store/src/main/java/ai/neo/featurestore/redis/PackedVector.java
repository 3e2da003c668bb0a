package ai.neo.featurestore.redis;

import ai.neo.featurestore.FeatureVector;
import java.nio.ByteBuffer;

/**
 * A feature vector as one binary value, big-endian: time in ns since 1970 (i64), format (u8, 1),
 * number of values (i32), values (f32 each).
 *
 * <p>The time comes first and in the byte order that the script in Redis compares.
 */
final class PackedVector {
  private static final byte FORMAT = 1;
  private static final int HEADER_BYTES = Long.BYTES + Byte.BYTES + Integer.BYTES;

  private PackedVector() {}

  static byte[] pack(FeatureVector vector) {
    float[] values = vector.values();
    ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + values.length * Float.BYTES);
    buffer.putLong(vector.timeNs()).put(FORMAT).putInt(values.length);
    for (float value : values) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }

  static FeatureVector unpack(String instrument, String featureSetId, byte[] packed) {
    ByteBuffer buffer = ByteBuffer.wrap(packed);
    if (packed.length < HEADER_BYTES || packed[Long.BYTES] != FORMAT) {
      throw new IllegalStateException(
          "instrument="
              + instrument
              + " feature_set_id="
              + featureSetId
              + " holds no packed feature vector of format "
              + FORMAT);
    }
    long timeNs = buffer.getLong();
    buffer.get();
    int count = buffer.getInt();
    if (buffer.remaining() != (long) count * Float.BYTES) {
      throw new IllegalStateException(
          "instrument="
              + instrument
              + " feature_set_id="
              + featureSetId
              + " says count="
              + count
              + " and has bytes="
              + buffer.remaining());
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = buffer.getFloat();
    }
    return new FeatureVector(instrument, featureSetId, timeNs, values);
  }
}
