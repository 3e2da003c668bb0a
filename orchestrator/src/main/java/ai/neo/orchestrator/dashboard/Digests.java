package ai.neo.orchestrator.dashboard;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/** SHA-256 in the two spellings that HTTP wants: hexadecimal for tags, Base64 for policies. */
final class Digests {

  private Digests() {}

  static String sha256Hex(byte[] content) {
    return HexFormat.of().formatHex(sha256(content));
  }

  static String sha256Base64(byte[] content) {
    return Base64.getEncoder().encodeToString(sha256(content));
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
