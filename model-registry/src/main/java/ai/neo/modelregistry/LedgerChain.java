package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.LedgerEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/**
 * The arithmetic of the ledger's hash chain. It needs nothing but the entries, so that anyone who
 * holds a copy of a model's history can check it without trusting the registry.
 *
 * <p>An entry's hash is the SHA-256 of these fields in this order, each as UTF-8 after its length
 * in bytes (32 bits, big-endian): the text {@code neo.registry.ledger.v1}, sequence (decimal),
 * time, model, version, action, actor, reason, evidence, previous hash. The lengths make the
 * encoding unambiguous: no text can be moved from one field to its neighbour.
 */
public final class LedgerChain {
  /** The previous hash of a model's first entry. */
  public static final String GENESIS = "0".repeat(Sha256.HEX_LENGTH);

  private static final String DOMAIN = "neo.registry.ledger.v1";

  private LedgerChain() {}

  /** The hash that the entry must have, as 64 lower-case hexadecimal digits. */
  public static String hashOf(LedgerEntry entry) {
    MessageDigest digest = Sha256.digest();
    for (String field :
        List.of(
            DOMAIN,
            Long.toUnsignedString(entry.getSequence()),
            entry.getTime(),
            entry.getModel(),
            entry.getVersion(),
            entry.getAction(),
            entry.getActor(),
            entry.getReason(),
            entry.getEvidenceJson(),
            entry.getPreviousHash())) {
      byte[] text = field.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(text.length).flip());
      digest.update(text);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * The sequence at which the chain first breaks, or empty when it is intact: sequences 1, 2, 3… of
   * one model, each naming the hash before it and having its own.
   *
   * @param entries a model's whole history, oldest first
   */
  public static OptionalLong firstBroken(List<LedgerEntry> entries) {
    String previous = GENESIS;
    long sequence = 0;
    for (LedgerEntry entry : entries) {
      sequence++;
      if (entry.getSequence() != sequence
          || !entry.getModel().equals(entries.getFirst().getModel())
          || !entry.getPreviousHash().equals(previous)
          || !entry.getHash().equals(hashOf(entry))) {
        return OptionalLong.of(sequence);
      }
      previous = entry.getHash();
    }
    return OptionalLong.empty();
  }
}
