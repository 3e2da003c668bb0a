package ai.neo.modelregistry;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 digests, written as 64 lower-case hexadecimal digits. */
final class Sha256 {
  static final int HEX_LENGTH = 64;

  private Sha256() {}

  static String hex(ByteBuffer content) {
    MessageDigest digest = digest();
    digest.update(content);
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
