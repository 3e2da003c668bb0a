package ai.neo.proto.artifact;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The names in a zip archive, read from its central directory (as PyTorch does) and compared with
 * the local headers, so that no two readers can see two different archives. Offsets and sizes are
 * those of PKWARE's APPNOTE.TXT, 4.3.7, 4.3.12 and 4.3.16. Nothing is decompressed.
 */
final class ZipListing {
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_SIZE = 22;
  private static final int COMMENT_SIZE_MAX = 0xffff;
  private static final int CENTRAL_SIGNATURE = 0x02014b50;
  private static final int CENTRAL_SIZE = 46;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int LOCAL_SIZE = 30;

  private final ByteBuffer zip;

  private ZipListing(ByteBuffer zip) {
    this.zip = zip;
  }

  /** All names, or a refusal of an archive that is cut off, damaged or contradictory. */
  static Set<String> names(ByteString content) {
    ByteBuffer zip = content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return new ZipListing(zip).names();
  }

  private Set<String> names() {
    int end = endRecord();
    int count = zip.getShort(end + 10) & 0xffff;
    long at = zip.getInt(end + 16) & 0xffffffffL;
    Set<String> names = new LinkedHashSet<>();
    long unpacked = 0;
    for (int i = 0; i < count; i++) {
      require(at, CENTRAL_SIZE, CENTRAL_SIGNATURE, "central directory");
      int entry = (int) at;
      int nameLength = zip.getShort(entry + 28) & 0xffff;
      String name = text(entry + CENTRAL_SIZE, nameLength);
      checkLocal(zip.getInt(entry + 42) & 0xffffffffL, zip.getInt(entry + 20), name);
      checkName(name, names.add(name));
      unpacked += zip.getInt(entry + 24) & 0xffffffffL;
      at +=
          CENTRAL_SIZE
              + nameLength
              + (zip.getShort(entry + 30) & 0xffff)
              + (zip.getShort(entry + 32) & 0xffff);
    }
    if (at > end) {
      throw damaged("its directory runs past its end");
    }
    if (unpacked > ArtifactFormat.SIZE_MAX_BYTES) {
      throw ArtifactFormat.refused(
          "it is a zip archive whose files unpack to %d bytes, more than the %d allowed"
              .formatted(unpacked, ArtifactFormat.SIZE_MAX_BYTES));
    }
    return names;
  }

  private int endRecord() {
    int first = Math.max(0, zip.limit() - END_SIZE - COMMENT_SIZE_MAX);
    for (int at = zip.limit() - END_SIZE; at >= first; at--) {
      if (zip.getInt(at) == END_SIGNATURE
          && at + END_SIZE + (zip.getShort(at + 20) & 0xffff) == zip.limit()) {
        return at;
      }
    }
    throw damaged("it has no end record, so it was cut off");
  }

  private void checkLocal(long offset, int compressedSize, String name) {
    require(offset, LOCAL_SIZE, LOCAL_SIGNATURE, "local header");
    int local = (int) offset;
    int nameLength = zip.getShort(local + 26) & 0xffff;
    if (!text(local + LOCAL_SIZE, nameLength).equals(name)) {
      throw damaged("a file has two names");
    }
    long dataEnd =
        (long) local
            + LOCAL_SIZE
            + nameLength
            + (zip.getShort(local + 28) & 0xffff)
            + (compressedSize & 0xffffffffL);
    if (dataEnd > zip.limit()) {
      throw damaged("a file in it is cut off");
    }
  }

  private static void checkName(String name, boolean isNew) {
    if (!isNew) {
      throw damaged("two files have one name");
    }
    if (name.startsWith("/") || name.contains("\\") || ("/" + name + "/").contains("/../")) {
      throw damaged("a name in it leads outside the archive");
    }
  }

  private void require(long at, int size, int signature, String what) {
    if (at > zip.limit() - size || zip.getInt((int) at) != signature) {
      throw damaged("a " + what + " is missing");
    }
  }

  private String text(int at, int length) {
    if (length > zip.limit() - at) {
      throw damaged("a name runs past its end");
    }
    byte[] bytes = new byte[length];
    zip.get(at, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static ArtifactRefusedException damaged(String why) {
    return ArtifactFormat.refused("it is a damaged zip archive: " + why);
  }
}
