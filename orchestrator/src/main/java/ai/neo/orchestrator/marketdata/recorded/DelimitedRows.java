package ai.neo.orchestrator.marketdata.recorded;

import java.nio.file.Path;
import java.util.Arrays;

/** Rows of a text with one delimiter. Quotes around a field and blanks at its ends are cut off. */
final class DelimitedRows implements RowSource {
  private final LineReader lines;
  private final byte delimiter;
  private final boolean decimalComma;
  private int[] from = new int[16];
  private int[] to = new int[16];
  private int fields;

  DelimitedRows(Path file, char delimiter, boolean decimalComma) {
    this.lines = new LineReader(file);
    this.delimiter = (byte) delimiter;
    this.decimalComma = decimalComma;
  }

  @Override
  public boolean advance() {
    while (lines.advance()) {
      int start = lines.start();
      if (start < lines.end() && lines.buffer()[start] != '#') {
        split();
        if (fields > 1 || to[0] > from[0]) {
          return true;
        }
      }
    }
    return false;
  }

  private void split() {
    byte[] bytes = lines.buffer();
    int end = lines.end();
    int at = lines.start();
    fields = 0;
    while (true) {
      int start = at;
      boolean quoted = at < end && bytes[at] == '"';
      if (quoted) {
        at++;
        while (at < end && bytes[at] != '"') {
          at++;
        }
      }
      while (at < end && bytes[at] != delimiter) {
        if (decimalComma && bytes[at] == ',') {
          bytes[at] = '.';
        }
        at++;
      }
      add(bytes, start, at);
      if (at >= end) {
        return;
      }
      at++;
    }
  }

  private void add(byte[] bytes, int start, int end) {
    if (fields == from.length) {
      from = Arrays.copyOf(from, fields * 2);
      to = Arrays.copyOf(to, fields * 2);
    }
    int first = start;
    int last = end;
    while (first < last && isPadding(bytes[first])) {
      first++;
    }
    while (last > first && isPadding(bytes[last - 1])) {
      last--;
    }
    from[fields] = first;
    to[fields++] = last;
  }

  private static boolean isPadding(byte character) {
    return character == ' ' || character == '"';
  }

  @Override
  public int fields() {
    return fields;
  }

  @Override
  public byte[] bytes() {
    return lines.buffer();
  }

  @Override
  public int from(int field) {
    return from[field];
  }

  @Override
  public int to(int field) {
    return to[field];
  }

  @Override
  public long line() {
    return lines.line();
  }

  @Override
  public void close() {
    lines.close();
  }
}
