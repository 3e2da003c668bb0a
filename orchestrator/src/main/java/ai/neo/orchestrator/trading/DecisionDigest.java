package ai.neo.orchestrator.trading;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over the ordered decisions of a run: two runs decided the same if their digests are
 * equal. Each field goes in with its length, so that no two sequences look alike.
 */
public final class DecisionDigest {
  private final MessageDigest sha256;
  private ByteBuffer fields = ByteBuffer.allocate(512);

  public DecisionDigest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Takes the next decision in. */
  public void add(Decision decision) {
    fields.clear();
    add(decision.id());
    add(decision.timeNs());
    add(decision.instrument());
    add(decision.strategy());
    add(decision.action().name());
    add(decision.reason());
    add(decision.predictionId());
    add(decision.modelVersion());
    add(Double.doubleToLongBits(decision.confidence()));
    add(decision.fallback() ? 1 : 0);
    switch (decision.verdict()) {
      case Decision.Verdict.None none -> add("none");
      case Decision.Verdict.Approved approved -> add("approved");
      case Decision.Verdict.Refused(String rule, String limit, String observed) -> {
        add(rule);
        add(limit);
        add(observed);
      }
    }
    add(decision.clientOrderId());
    sha256.update(fields.array(), 0, fields.position()); // At once: a call costs more than bytes.
  }

  /** The digest so far, hexadecimal; more decisions may follow. */
  public String hex() {
    try {
      return HexFormat.of().formatHex(((MessageDigest) sha256.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
    }
  }

  private void add(long value) {
    room(Long.BYTES).putLong(value);
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    room(bytes.length).put(bytes);
  }

  private ByteBuffer room(int bytes) {
    if (fields.remaining() < bytes) {
      fields =
          ByteBuffer.allocate(2 * fields.capacity() + bytes)
              .put(fields.array(), 0, fields.position());
    }
    return fields;
  }
}
