package ai.neo.modelgateway.learning;

import java.io.IOException;

/** The learning journal cannot be read as it is; the message names file, byte and what to do. */
final class JournalDamageException extends IOException {
  private static final long serialVersionUID = 1L;

  JournalDamageException(String what) {
    super(what);
  }
}
