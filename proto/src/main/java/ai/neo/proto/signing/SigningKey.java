package ai.neo.proto.signing;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * A private key of Ed25519 with its public one. Its text is two PEM blocks, PKCS #8 and X.509. It
 * appears in no message. Immutable.
 */
public final class SigningKey {
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";

  private final PrivateKey key;
  private final VerifyingKey verifying;

  private SigningKey(PrivateKey key, VerifyingKey verifying) {
    this.key = key;
    this.verifying = verifying;
  }

  /** A new key from the machine's source of secrets. */
  public static SigningKey generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(VerifyingKey.ALGORITHM).generateKeyPair();
      return new SigningKey(pair.getPrivate(), new VerifyingKey(pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime since 15 has Ed25519", e);
    }
  }

  /**
   * Reads what {@link #pem} wrote.
   *
   * @throws IllegalArgumentException when it is no such text, or its two keys do not belong
   *     together
   */
  public static SigningKey parse(String pem) {
    try {
      byte[] secret = Base64.getDecoder().decode(Pem.block(PRIVATE, pem));
      SigningKey key =
          new SigningKey(
              KeyFactory.getInstance(VerifyingKey.ALGORITHM)
                  .generatePrivate(new PKCS8EncodedKeySpec(secret)),
              VerifyingKey.parse(Pem.block(PUBLIC, pem)));
      byte[] probe = {0};
      if (!key.verifying.hasSigned(probe, key.sign(probe))) {
        throw new IllegalArgumentException("private and public key do not belong together");
      }
      return key;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "no signing key (" + e.getMessage() + "); make one with ./neo registry keygen", e);
    }
  }

  /** Both keys; keep it secret. */
  public String pem() {
    return Pem.block(PRIVATE, key.getEncoded())
        + Pem.block(PUBLIC, Base64.getDecoder().decode(verifying.text()));
  }

  public VerifyingKey verifyingKey() {
    return verifying;
  }

  /** 64 bytes. */
  public byte[] sign(byte[] statement) {
    try {
      Signature signature = Signature.getInstance(VerifyingKey.ALGORITHM);
      signature.initSign(key);
      signature.update(statement);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key that was checked does not sign", e);
    }
  }

  @Override
  public String toString() {
    return "SigningKey " + verifying.id();
  }
}
