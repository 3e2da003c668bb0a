package ai.neo.tradingtypes.encoding;

/** Bytes that are no valid fields, or fields that do not fit; the message names tag and offset. */
public final class TlvException extends RuntimeException {
  private final int tag;
  private final int offset;

  /**
   * @param tag the field's tag, or 0 where none could be read
   * @param offset where the field begins, in bytes from the start of the payload
   */
  public TlvException(String problem, int tag, int offset) {
    this(problem, tag, offset, null);
  }

  /** As above, with what was thrown first. */
  public TlvException(String problem, int tag, int offset, Throwable cause) {
    super(problem + " (tag=" + tag + " offset=" + offset + ")", cause);
    this.tag = tag;
    this.offset = offset;
  }

  /** The field's tag, or 0 where none could be read. */
  public int tag() {
    return tag;
  }

  /** Where the field begins, in bytes from the start of the payload. */
  public int offset() {
    return offset;
  }
}
