package ai.neo.tradingtypes.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The format, byte by byte, and what readers and writers promise. */
class TlvTest {
  private final ByteBuffer buffer = ByteBuffer.allocate(200_000);
  private final TlvWriter writer = new TlvWriter(buffer);

  @Test
  void bytesAreLittleEndianInTheStatedOrder() {
    writer.putInt(0x0102, 0x0A0B0C0D).putByte(3, -1).putString(4, "hé").putBoolean(5, true);

    assertThat(HexFormat.of().formatHex(buffer.array(), 0, writer.length()))
        .isEqualTo(
            "02010400"
                + "0d0c0b0a"
                + "03000100"
                + "ff"
                + "04000300"
                + "68c3a9"
                + "05000100"
                + "01");
  }

  @Test
  void everyKindOfValueComesBack() {
    writer
        .putByte(1, Byte.MIN_VALUE)
        .putInt(2, Integer.MIN_VALUE)
        .putLong(3, Long.MIN_VALUE)
        .putDouble(4, -0.0)
        .putBoolean(5, false)
        .putString(6, "\uD83D\uDE00")
        .putBytes(7, new byte[] {1, 2})
        .putBytes(8, ByteBuffer.wrap(new byte[] {3, 4, 5}, 1, 2))
        .putFloats(9, new float[] {Float.NaN, 1.5f})
        .putDoubles(10, new double[] {Double.MIN_VALUE, Double.NEGATIVE_INFINITY});
    TlvReader reader = new TlvReader(buffer.flip());

    assertThat(step(reader, 1).asLong()).isEqualTo(Byte.MIN_VALUE);
    assertThat(step(reader, 2).asInt()).isEqualTo(Integer.MIN_VALUE);
    assertThat(step(reader, 3).asLong()).isEqualTo(Long.MIN_VALUE);
    assertThat(Double.doubleToRawLongBits(step(reader, 4).asDouble()))
        .isEqualTo(Double.doubleToRawLongBits(-0.0));
    assertThat(step(reader, 5).asBoolean()).isFalse();
    assertThat(step(reader, 6).asString()).isEqualTo("\uD83D\uDE00");
    assertThat(step(reader, 7).asBytes()).containsExactly(1, 2);
    assertThat(step(reader, 8).asBuffer()).isEqualTo(ByteBuffer.wrap(new byte[] {4, 5}));
    assertThat(step(reader, 9).asFloats()).containsExactly(Float.NaN, 1.5f);
    assertThat(step(reader, 10).asDoubles())
        .containsExactly(Double.MIN_VALUE, Double.NEGATIVE_INFINITY);
    assertThat(reader.next()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 0xFFFE, 0xFFFF, 0x10000, 100_000})
  void valuesOfEveryLengthComeBack(int length) {
    byte[] value = new byte[length];
    Arrays.fill(value, (byte) 7);
    writer.putBytes(1, value).putByte(2, 9);

    assertThat(writer.length()).isEqualTo(TlvWriter.fieldBytes(length) + 5);
    TlvReader reader = new TlvReader(buffer.flip());
    assertThat(step(reader, 1).asBytes()).isEqualTo(value);
    assertThat(step(reader, 2).asInt()).isEqualTo(9);
  }

  @Test
  void nestedFieldsAreReadByAReaderOfTheirOwn() {
    int outer = writer.putByte(1, 1).beginNested(2);
    int inner = writer.putByte(1, 2).beginNested(3);
    writer.putByte(1, 3).endNested(inner).putByte(4, 4).endNested(outer).putByte(5, 5);

    TlvReader reader = new TlvReader(buffer.flip());
    step(reader, 1);
    TlvReader nested = step(reader, 2).asNested();
    assertThat(step(nested, 1).asInt()).isEqualTo(2);
    TlvReader deepest = step(nested, 3).asNested();
    assertThat(step(deepest, 1).asInt()).isEqualTo(3);
    assertThat(deepest.next()).isFalse();
    assertThat(step(nested, 4).asInt()).isEqualTo(4);
    assertThat(nested.next()).isFalse();
    assertThat(step(reader, 5).asInt()).isEqualTo(5);
  }

  @Test
  void theBuffersByteOrderAndMemoryDoNotMatter() {
    ByteBuffer direct = ByteBuffer.allocateDirect(64).order(ByteOrder.BIG_ENDIAN).position(3);
    new TlvWriter(direct).putByte(1, 1).putLong(2, 0x0102030405060708L);
    TlvReader reader = new TlvReader(direct.limit(direct.position()).position(3));

    step(reader, 1);
    assertThat(step(reader, 2).asLong()).isEqualTo(0x0102030405060708L);
    assertThat(reader.offset()).isEqualTo(5);
    assertThat(direct.position()).isEqualTo(3);
  }

  @Test
  void aFieldThatDoesNotFitLeavesTheBufferAsItWas() {
    TlvWriter small = new TlvWriter(ByteBuffer.allocate(12 + 11));
    small.putLong(1, 1);

    assertThatExceptionOfType(TlvException.class)
        .isThrownBy(() -> small.putLong(2, 2))
        .withMessage("the field takes bytes=12, the buffer has room for 11 (tag=2 offset=12)");
    assertThat(small.length()).isEqualTo(12);
    assertThatExceptionOfType(TlvException.class).isThrownBy(() -> small.putString(3, "12345678"));
    assertThat(small.putString(3, "1234567").length()).isEqualTo(23);
  }

  @Test
  void wrongTagsNumbersAndTextsAreNotWritten() {
    assertThatExceptionOfType(TlvException.class).isThrownBy(() -> writer.putByte(0, 1));
    assertThatExceptionOfType(TlvException.class).isThrownBy(() -> writer.putByte(65_536, 1));
    assertThatExceptionOfType(TlvException.class).isThrownBy(() -> writer.putByte(1, 128));
    assertThatExceptionOfType(TlvException.class)
        .isThrownBy(() -> writer.putString(1, "a\uD83D"))
        .withMessageContaining("index=1");
    assertThatExceptionOfType(TlvException.class)
        .isThrownBy(() -> writer.putString(1, "\uDE00\uD83D"));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.endNested(0));
    assertThat(writer.length()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01", // half a tag
        "010004", // half a length
        "0000000000000000", // zeroed memory
        "0100040001", // value cut
        "0100ffff0100", // extended length cut
        "0100ffffffffffff00", // extended length beyond 2^31
        "0100ffff0000008000", // extended length of 2^31
      })
  void malformedFieldsAreRefused(String hex) {
    TlvReader reader = new TlvReader(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));

    assertThatExceptionOfType(TlvException.class)
        .isThrownBy(reader::next)
        .satisfies(e -> assertThat(e.offset()).isZero());
  }

  @Test
  void theMessageNamesTagAndOffset() {
    writer.putByte(1, 1).putLong(777, 1);
    TlvReader reader = new TlvReader(buffer.flip().limit(16));
    assertThat(reader.next()).isTrue();

    assertThatExceptionOfType(TlvException.class)
        .isThrownBy(reader::next)
        .withMessage("truncated: value of bytes=8, 7 remain (tag=777 offset=5)")
        .satisfies(e -> assertThat(e.tag()).isEqualTo(777));
  }

  @Test
  void aValueOfAnotherShapeIsRefused() {
    writer.putBytes(1, new byte[3]).putLong(2, 1L << 40).putBytes(3, new byte[] {(byte) 0xC3});
    TlvReader reader = new TlvReader(buffer.flip());

    TlvReader three = step(reader, 1);
    assertThatExceptionOfType(TlvException.class).isThrownBy(three::asLong);
    assertThatExceptionOfType(TlvException.class).isThrownBy(three::asDouble);
    assertThatExceptionOfType(TlvException.class).isThrownBy(three::asFloats);
    assertThatExceptionOfType(TlvException.class).isThrownBy(three::asDoubles);
    TlvReader large = step(reader, 2);
    assertThatExceptionOfType(TlvException.class).isThrownBy(large::asInt);
    assertThatExceptionOfType(TlvException.class).isThrownBy(large::asBoolean);
    assertThatExceptionOfType(TlvException.class).isThrownBy(step(reader, 3)::asString);
  }

  @Test
  void aMissingFieldIsNamed() {
    TlvFields fields = new TlvFields(1, 9).scan(new TlvReader(buffer.flip()));

    assertThat(fields.has(3)).isFalse();
    assertThatExceptionOfType(TlvException.class)
        .isThrownBy(() -> fields.number(3))
        .withMessage("the field is missing (tag=3 offset=0)");
  }

  @Test
  void noTagIsUsedTwiceAndEachLiesInItsRange() throws IllegalAccessException {
    List<Integer> tags = new ArrayList<>();
    for (Field field : Tags.class.getFields()) {
      int tag = field.getInt(null);
      String name = field.getName();
      int first = name.startsWith("ORDER") ? 64 : name.startsWith("FILL") ? 96 : 1;
      int last = name.startsWith("ORDER") ? 95 : name.startsWith("FILL") ? 127 : 63;
      assertThat(tag).as(name).isBetween(first, last);
      tags.add(tag);
    }
    assertThat(tags).hasSizeGreaterThan(30).doesNotHaveDuplicates();
  }

  private static TlvReader step(TlvReader reader, int tag) {
    assertThat(reader.next()).isTrue();
    assertThat(reader.tag()).isEqualTo(tag);
    return reader;
  }
}
