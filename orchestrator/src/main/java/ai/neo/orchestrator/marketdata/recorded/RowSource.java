package ai.neo.orchestrator.marketdata.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Rows of fields, each field a range of bytes that is valid until the next row is read. */
interface RowSource extends AutoCloseable {
  /** Goes to the next row that is not empty; false at the end. */
  boolean advance();

  int fields();

  byte[] bytes();

  int from(int field);

  int to(int field);

  /** Line of the row in the file, counted from 1. */
  long line();

  default String text(int field) {
    return new String(bytes(), from(field), to(field) - from(field), UTF_8);
  }

  @Override
  void close();
}
