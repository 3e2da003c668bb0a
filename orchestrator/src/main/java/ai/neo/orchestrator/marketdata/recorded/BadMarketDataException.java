package ai.neo.orchestrator.marketdata.recorded;

import java.io.Serial;
import java.nio.file.Path;

/**
 * Market data that cannot be believed. The message names the place, what is wrong there and what
 * was expected, and what to do about it.
 */
public final class BadMarketDataException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final long line;

  /**
   * @param file where it was read
   * @param line counted from 1; zero when it is the whole file
   * @param wrong what was found and what was expected
   * @param remedy what a person can do, a sentence without its full stop
   */
  BadMarketDataException(Path file, long line, String wrong, String remedy) {
    this(file, line, wrong, remedy, null);
  }

  /** As above, with the exception that showed it. */
  BadMarketDataException(Path file, long line, String wrong, String remedy, Throwable cause) {
    super(file + (line > 0 ? ", line " + line : "") + ": " + wrong + ". " + remedy + ".", cause);
    this.line = line;
  }

  /** The line, counted from 1; zero when it is the whole file. */
  public long line() {
    return line;
  }
}
