package ai.neo.orchestrator.marketdata;

import java.io.Serial;
import java.nio.file.Path;

/**
 * Market data that cannot be believed. The message names the place, what is wrong there, and what
 * to do about it.
 */
public final class BadMarketData extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final long line;

  /**
   * @param file where it was read
   * @param line counted from 1; zero when it is the whole file
   * @param wrong what was found and what was expected
   * @param remedy what a person can do
   */
  public BadMarketData(Path file, long line, String wrong, String remedy) {
    this(file, line, wrong, remedy, null);
  }

  /** As above, with the exception that showed it. */
  public BadMarketData(Path file, long line, String wrong, String remedy, Throwable cause) {
    super((line > 0 ? file + ":" + line : file) + ": " + wrong + ". " + remedy, cause);
    this.file = file.toString();
    this.line = line;
  }

  /** The file, as it was named. */
  public String file() {
    return file;
  }

  /** The line, counted from 1; zero when it is the whole file. */
  public long line() {
    return line;
  }
}
