package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelRefusedException;
import java.util.Objects;

/** The registry did not do what it was asked to. */
public final class RegistryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why, as far as the caller can act on it. */
  public enum Kind {
    /** The champion is not where the caller believed; read it again. */
    CONFLICT,
    /** No such model, version or alias. */
    NOT_FOUND,
    /** The request is wrong and stays wrong. */
    REFUSED,
    /** The registry or its store cannot be reached; the same call may succeed later. */
    UNAVAILABLE
  }

  private final Kind kind;

  public RegistryException(Kind kind, String message) {
    super(message);
    this.kind = Objects.requireNonNull(kind, "kind");
  }

  public RegistryException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind, "kind");
  }

  public Kind kind() {
    return kind;
  }

  /** Whether a version may not serve for the plain reason that the registry does not have it. */
  public static boolean isOfMissing(ModelRefusedException refused) {
    return refused.getCause() instanceof RegistryException said && said.kind() == Kind.NOT_FOUND;
  }
}
