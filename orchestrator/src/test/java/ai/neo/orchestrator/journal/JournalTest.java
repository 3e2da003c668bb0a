package ai.neo.orchestrator.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final int SMALL_SEGMENT = 4096;

  @TempDir Path directory;
  private final List<String> repairs = new ArrayList<>();

  @Test
  void aFrameHasTheStatedHeader() throws IOException {
    try (JournalWriter writer = open()) {
      writer.append(0x1234, 0x0102030405060708L, 8, target -> target.putLong(42));
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(onlySegment()));
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.limit()).isEqualTo(40);
    assertThat(bytes.getInt(0)).isEqualTo(0xDEADBEEF);
    assertThat(bytes.get(0)).as("little-endian").isEqualTo((byte) 0xEF);
    assertThat(bytes.getInt(4)).isEqualTo(0x0012_3401);
    assertThat(bytes.getLong(8)).isEqualTo(1);
    assertThat(bytes.getLong(16)).isEqualTo(0x0102030405060708L);
    assertThat(bytes.getInt(24)).isEqualTo(8);
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, 28);
    crc.update(bytes.array(), 32, 8);
    assertThat(bytes.getInt(28)).isEqualTo((int) crc.getValue());
  }

  @Test
  void framesComeBackInOrderAndAcrossSegments() throws IOException {
    try (JournalWriter writer = open()) {
      appendNumbers(writer, 0, 500);
    }
    assertThat(SegmentFiles.of(directory)).hasSizeGreaterThan(3);
    assertThat(numbers()).hasSize(500).first().isEqualTo(0L);
    assertThat(numbers()).last().isEqualTo(499L);
  }

  @Test
  void theSegmentThatWasReservedAheadIsGivenBack() throws IOException {
    try (JournalWriter writer = open()) {
      appendNumbers(writer, 0, 60); // More than half of a segment.
    }
    assertThat(directory.resolve(SpareSegment.NAME)).doesNotExist();
    assertThat(onlySegment()).isRegularFile();
  }

  @Test
  void aSegmentThatAKilledProcessHadReservedIsNoFrame() throws IOException {
    try (JournalWriter writer = open()) {
      appendNumbers(writer, 0, 3);
    }
    Files.write(directory.resolve(SpareSegment.NAME), new byte[SMALL_SEGMENT / 2]);
    assertThat(numbers()).hasSize(3);
    try (JournalWriter writer = open()) {
      appendNumbers(writer, 3, 200);
    }
    assertThat(numbers()).hasSize(203).last().isEqualTo(202L);
    assertThat(directory.resolve(SpareSegment.NAME)).doesNotExist();
    assertThat(repairs).isEmpty();
  }

  @Test
  void aSecondWriterGoesOn() throws IOException {
    try (JournalWriter writer = open()) {
      appendNumbers(writer, 0, 130);
    }
    try (JournalWriter writer = open()) {
      assertThat(writer.nextSequence()).isEqualTo(131);
      appendNumbers(writer, 130, 20);
    }
    assertThat(numbers()).hasSize(150).last().isEqualTo(149L);
    assertThat(repairs).isEmpty();
  }

  @Test
  void aReaderSeesWhatAWriterAppendsMeanwhile() throws IOException {
    try (JournalWriter writer = open();
        JournalReader reader = JournalReader.open(directory)) {
      assertThat(reader.next()).isEmpty();
      appendNumbers(writer, 0, 300);
      for (long expected = 0; expected < 300; expected++) {
        assertThat(reader.next().orElseThrow().payload().getLong(0)).isEqualTo(expected);
      }
      assertThat(reader.next()).isEmpty();
      assertThat(reader.torn()).isEmpty();
      appendNumbers(writer, 300, 1);
      assertThat(reader.next().orElseThrow().payload().getLong(0)).isEqualTo(300);
    }
  }

  @Test
  void aTailTornAnywhereIsCutOffAndSaid() throws IOException {
    int frame = Frame.HEADER_BYTES + Long.BYTES;
    for (int kept = 1; kept < frame; kept++) {
      deleteAll();
      repairs.clear();
      try (JournalWriter writer = open()) {
        appendNumbers(writer, 0, 3);
      }
      truncate(onlySegment(), 2L * frame + kept);
      try (JournalWriter writer = open()) {
        assertThat(writer.nextSequence()).as("kept=%d", kept).isEqualTo(3);
        appendNumbers(writer, 2, 1);
      }
      assertThat(repairs).hasSize(1).first().asString().contains("after frame 2", "cut ");
      assertThat(numbers()).containsExactly(0L, 1L, 2L);
    }
  }

  @Test
  void aProcessKilledInTheMiddleOfAFrameLosesThatFrameAlone() throws IOException {
    try (JournalWriter writer = open()) {
      appendNumbers(writer, 0, 3);
    }
    // What a killed process leaves: reserved zeros behind a frame whose checksum was not written.
    Path segment = onlySegment();
    overwrite(segment, 2L * 40 + Frame.CHECKSUM_AT, new byte[4]);
    overwrite(segment, 200, new byte[SMALL_SEGMENT - 200]);
    try (JournalWriter writer = open()) {
      assertThat(writer.nextSequence()).isEqualTo(3);
    }
    assertThat(repairs).hasSize(1);
  }

  @Test
  void damageInTheMiddleStopsTheStartAndNamesThePlace() throws IOException {
    try (JournalWriter writer = open()) {
      appendNumbers(writer, 0, 10);
    }
    overwrite(onlySegment(), 4L * 40 + Frame.HEADER_BYTES, new byte[] {99});
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            CorruptJournalException.class,
            e -> {
              assertThat(e.sequence()).isEqualTo(5);
              assertThat(e.offset()).isEqualTo(160);
            })
        .hasMessageContaining("checksum");
  }

  @Test
  void damageInAnEarlierSegmentIsFoundToo() throws IOException {
    try (JournalWriter writer = open()) {
      appendNumbers(writer, 0, 500);
    }
    Path first = SegmentFiles.of(directory).getFirst();
    overwrite(first, 40, new byte[] {0});
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptJournalException.class)
        .hasMessageContaining("magic");
  }

  @Test
  void aPayloadThatCannotBeWrittenLeavesTheJournalAsItWas() throws IOException {
    try (JournalWriter writer = open();
        JournalReader reader = JournalReader.open(directory)) {
      appendNumbers(writer, 0, 2);
      assertThatThrownBy(
              () ->
                  writer.append(
                      7,
                      1,
                      100,
                      target -> {
                        target.putLong(77).putLong(78);
                        throw new IllegalArgumentException("no such text");
                      }))
          .hasMessage("no such text");
      assertThat(reader.next()).isPresent();
      assertThat(reader.next()).isPresent();
      assertThat(reader.next()).isEmpty();
      assertThat(reader.torn()).isEmpty();
      appendNumbers(writer, 2, 1);
    }
    assertThat(numbers()).containsExactly(0L, 1L, 2L);
  }

  @Test
  void everyFlippedByteIsFound() throws IOException {
    try (JournalWriter writer = open()) {
      appendNumbers(writer, 0, 3);
    }
    byte[] whole = Files.readAllBytes(onlySegment());
    for (int at = 40; at < 80; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 1;
      Files.write(onlySegment(), flipped);
      assertThatThrownBy(this::open).as("byte %d", at).isInstanceOf(CorruptJournalException.class);
    }
  }

  private JournalWriter open() throws IOException {
    return JournalWriter.open(directory, SMALL_SEGMENT, repairs::add);
  }

  private static void appendNumbers(JournalWriter writer, long from, int count) {
    for (long number = from; number < from + count; number++) {
      long value = number;
      writer.append(7, 1_000 + number, Long.BYTES, target -> target.putLong(value));
    }
  }

  private List<Long> numbers() throws IOException {
    List<Long> numbers = new ArrayList<>();
    try (JournalReader reader = JournalReader.open(directory)) {
      Optional<Frame> frame;
      while ((frame = reader.next()).isPresent()) {
        numbers.add(frame.get().payload().getLong(0));
      }
    }
    return numbers;
  }

  private Path onlySegment() throws IOException {
    assertThat(SegmentFiles.of(directory)).hasSize(1);
    return SegmentFiles.of(directory).getFirst();
  }

  private void deleteAll() throws IOException {
    for (Path segment : SegmentFiles.of(directory)) {
      Files.delete(segment);
    }
  }

  private static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }
}
