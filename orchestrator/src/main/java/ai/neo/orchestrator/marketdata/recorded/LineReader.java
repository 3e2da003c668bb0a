package ai.neo.orchestrator.marketdata.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipInputStream;

/**
 * The lines of a text file as ranges of one byte buffer; plain, gzip, or the first entry of a zip.
 *
 * <p>Not thread-safe. The range is valid until the next line is read.
 */
final class LineReader implements AutoCloseable {
  private static final int FIRST_CAPACITY = 1 << 16;

  /** A line beyond this is no market data: a book snapshot of 5,000 levels has 0.3 MB. */
  private static final int LONGEST_LINE = 1 << 26;

  private final Path file;
  private final InputStream in;
  private byte[] buffer = new byte[FIRST_CAPACITY];
  private int start;
  private int end;
  private int next;
  private int limit;
  private long line;

  LineReader(Path file) {
    this.file = file;
    this.in = open(file);
    skipByteOrderMark();
  }

  /** The file's bytes, unpacked. */
  static InputStream open(Path file) {
    InputStream opened = null;
    try {
      opened = Files.newInputStream(file);
      PushbackInputStream in = new PushbackInputStream(new BufferedInputStream(opened, 1 << 16), 2);
      byte[] magic = in.readNBytes(2);
      in.unread(magic);
      if (magic.length == 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
        return new GZIPInputStream(in, 1 << 16);
      }
      if (magic.length == 2 && magic[0] == 'P' && magic[1] == 'K') {
        ZipInputStream zip = new ZipInputStream(in);
        if (zip.getNextEntry() == null) {
          throw new BadMarketDataException(file, 0, "the zip file holds nothing", "Check the file");
        }
        return zip;
      }
      return in;
    } catch (IOException | RuntimeException e) {
      closeQuietly(opened, e);
      if (e instanceof RuntimeException known) {
        throw known;
      }
      throw unreadable(file, 0, (IOException) e);
    }
  }

  private static void closeQuietly(InputStream in, Exception because) {
    try {
      if (in != null) {
        in.close();
      }
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  static BadMarketDataException unreadable(Path file, long line, IOException e) {
    return new BadMarketDataException(
        file,
        line,
        "cannot be read: " + (e.getMessage() == null ? e.toString() : e.getMessage()),
        "Check that the file exists, is complete and may be read",
        e);
  }

  private void skipByteOrderMark() {
    fill();
    if (limit >= 3
        && buffer[0] == (byte) 0xef
        && buffer[1] == (byte) 0xbb
        && buffer[2] == (byte) 0xbf) {
      next = 3;
    }
    if (limit >= 2 && (buffer[0] & 0xff) + (buffer[1] & 0xff) == 0xff + 0xfe) {
      throw new BadMarketDataException(
          file, 1, "the text is UTF-16, expected UTF-8", "Save it as UTF-8");
    }
  }

  /** Goes to the next line; false at the end. */
  boolean advance() {
    int at = next;
    while (true) {
      while (at < limit && buffer[at] != '\n') {
        at++;
      }
      if (at < limit) {
        break;
      }
      int scanned = at - next;
      if (!fill()) {
        if (next == limit) {
          return false;
        }
        at = limit;
        break;
      }
      at = next + scanned;
    }
    start = next;
    end = at > start && buffer[at - 1] == '\r' ? at - 1 : at;
    next = Math.min(at + 1, limit);
    line++;
    return true;
  }

  private boolean fill() {
    if (next > 0) {
      System.arraycopy(buffer, next, buffer, 0, limit - next);
      limit -= next;
      next = 0;
    }
    if (limit == buffer.length) {
      if (limit >= LONGEST_LINE) {
        throw new BadMarketDataException(
            file, line + 1, "a line of more than 64 MB", "Check the file");
      }
      buffer = Arrays.copyOf(buffer, limit * 2);
    }
    try {
      int read = in.read(buffer, limit, buffer.length - limit);
      if (read <= 0) {
        return false;
      }
      limit += read;
      return true;
    } catch (IOException e) {
      throw unreadable(file, line + 1, e);
    }
  }

  byte[] buffer() {
    return buffer;
  }

  /** First byte of the line. */
  int start() {
    return start;
  }

  /** One beyond the last byte of the line, its end mark not counted. */
  int end() {
    return end;
  }

  /** Of the line, counted from 1. */
  long line() {
    return line;
  }

  String text() {
    return new String(buffer, start, end - start, UTF_8);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
