package ai.neo.orchestrator.marketdata.recorded;

import java.nio.file.Path;

/** A file of market data cannot be used; the message names the place and what was expected. */
public final class BadMarketDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadMarketDataException(Path file, long line, String problem) {
    super(file.getFileName() + (line > 0 ? ", line " + line : "") + ": " + problem);
  }
}
