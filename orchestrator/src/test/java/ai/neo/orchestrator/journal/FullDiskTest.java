package ai.neo.orchestrator.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A disk without room: the next segment lies on the device that is always full. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class FullDiskTest {
  private static final int SEGMENT_BYTES = 4096;
  private static final int PAYLOAD_BYTES = 68;
  private static final int FRAMES_IN_A_SEGMENT =
      SEGMENT_BYTES / (Frame.HEADER_BYTES + PAYLOAD_BYTES);

  private static final Path ALWAYS_FULL = Path.of("/dev/full");

  @TempDir Path directory;

  private static long append(JournalWriter writer) {
    byte[] payload = new byte[PAYLOAD_BYTES];
    payload[0] = (byte) writer.nextSequence();
    return writer.append(1, writer.nextSequence(), PAYLOAD_BYTES, target -> target.put(payload));
  }

  @Test
  void aFrameThatFindsNoRoomIsRefusedAndAllBeforeItStayAndAreGoneOnWith() throws Exception {
    Path next = directory.resolve(SpareSegment.NAME);
    try (JournalWriter writer = JournalWriter.open(directory, SEGMENT_BYTES, repair -> {})) {
      fillInVain(writer, next);
      Files.createSymbolicLink(next, ALWAYS_FULL);
      assertThatThrownBy(() -> append(writer))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot grow: No space left on device")
          .hasMessageContaining("free space on its disk and start again");
      assertThat(writer.nextSequence()).isEqualTo(FRAMES_IN_A_SEGMENT + 1);
      assertThat(next).as("what was reserved in vain is given back").doesNotExist();
    }
    assertThat(frames()).isEqualTo(FRAMES_IN_A_SEGMENT);
    try (JournalWriter writer = JournalWriter.open(directory, SEGMENT_BYTES, this::noRepair)) {
      assertThat(append(writer)).isEqualTo(FRAMES_IN_A_SEGMENT + 1);
    }
    assertThat(frames()).isEqualTo(FRAMES_IN_A_SEGMENT + 1);
  }

  @Test
  void roomThatIsFreedBeforeTheSegmentIsFullIsFound() throws Exception {
    Path next = directory.resolve(SpareSegment.NAME);
    try (JournalWriter writer = JournalWriter.open(directory, SEGMENT_BYTES, this::noRepair)) {
      fillInVain(writer, next);
      assertThat(append(writer)).isEqualTo(FRAMES_IN_A_SEGMENT + 1);
    }
    assertThat(frames()).isEqualTo(FRAMES_IN_A_SEGMENT + 1);
  }

  /** Fills the segment while the one that comes next cannot be reserved. */
  private static void fillInVain(JournalWriter writer, Path next) throws Exception {
    Files.createSymbolicLink(next, ALWAYS_FULL);
    for (int i = 0; i < FRAMES_IN_A_SEGMENT; i++) {
      append(writer);
    }
    while (Files.exists(next, LinkOption.NOFOLLOW_LINKS)) { // It is reserved by another thread.
      Thread.onSpinWait();
    }
  }

  private void noRepair(String repair) {
    throw new AssertionError("nothing was torn, yet " + repair);
  }

  private long frames() throws Exception {
    try (JournalReader reader = JournalReader.open(directory)) {
      while (reader.next().isPresent()) { // Each frame is checked as it is passed.
      }
      assertThat(reader.torn()).isEmpty();
      return reader.nextSequence() - 1;
    }
  }
}
