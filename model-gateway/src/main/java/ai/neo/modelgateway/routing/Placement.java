package ai.neo.modelgateway.routing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Where a key falls: the first 53 bits of {@code SHA-256(model 0x00 salt 0x00 key)}, as UTF-8, as a
 * fraction from 0 to below 1. The same for every gateway, process and time; a share that grows
 * keeps the keys that it had.
 */
final class Placement {
  private static final int UNUSED_BITS = 11;
  private static final double ONE_PART = 0x1p-53;

  private Placement() {}

  static double of(String model, String salt, String key) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
    digest.update(model.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    digest.update(salt.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    digest.update(key.getBytes(StandardCharsets.UTF_8));
    return (ByteBuffer.wrap(digest.digest()).getLong() >>> UNUSED_BITS) * ONE_PART;
  }
}
