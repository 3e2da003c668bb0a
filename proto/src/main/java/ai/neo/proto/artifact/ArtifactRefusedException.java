package ai.neo.proto.artifact;

/** An artifact that is on nobody's allow-list; the message says what it is, and what to do. */
public final class ArtifactRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ArtifactRefusedException(String message) {
    super(message);
  }
}
