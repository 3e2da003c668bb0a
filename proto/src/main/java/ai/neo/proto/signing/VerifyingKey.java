package ai.neo.proto.signing;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A public key of Ed25519 (RFC 8032). Its text is the Base64 of its X.509 SubjectPublicKeyInfo (RFC
 * 8410), on one line. Immutable.
 */
public final class VerifyingKey {
  static final String ALGORITHM = "Ed25519";
  private static final int ID_BYTES = 8;

  private final PublicKey key;
  private final String id;

  VerifyingKey(PublicKey key) {
    this.key = key;
    this.id = HexFormat.of().formatHex(sha256(key.getEncoded()), 0, ID_BYTES);
  }

  /**
   * Reads a key's text; line breaks, and PEM's first and last line, are ignored.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static VerifyingKey parse(String text) {
    try {
      byte[] encoded = Base64.getDecoder().decode(Pem.body(text));
      return new VerifyingKey(
          KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "no public key of Ed25519; expected what ./neo registry keygen printed, such as"
              + " MCowBQYDK2VwAyEA…",
          e);
    }
  }

  /** The first 8 bytes of the SHA-256 of its encoding, as 16 hexadecimal digits. */
  public String id() {
    return id;
  }

  /** On one line, as {@link #parse} reads it. */
  public String text() {
    return Base64.getEncoder().encodeToString(key.getEncoded());
  }

  /** Whether the signature is this key's over the statement; any other bytes are not. */
  public boolean hasSigned(byte[] statement, byte[] signature) {
    try {
      Signature check = Signature.getInstance(ALGORITHM);
      check.initVerify(key);
      check.update(statement);
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // a signature of another length, for one
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "VerifyingKey " + id;
  }
}
