package ai.neo.tradingtypes.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.Samples;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read back, and nothing else is taken for it. */
class CodecTest {
  private static final int TRIES = 300;

  /** One type of word with its way into bytes and back. */
  record Codec<T>(
      String name,
      Function<Samples, T> sample,
      BiConsumer<T, TlvWriter> write,
      Function<TlvReader, T> read,
      ToIntFunction<T> maxBytes) {

    byte[] encode(T value) {
      ByteBuffer buffer = ByteBuffer.allocate(maxBytes.applyAsInt(value));
      write.accept(value, new TlvWriter(buffer));
      return Arrays.copyOf(buffer.array(), buffer.position());
    }

    T decode(byte[] bytes) {
      return read.apply(new TlvReader(ByteBuffer.wrap(bytes)));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  record Case<T>(Codec<T> codec, long seed) {}

  static Stream<Case<?>> cases() {
    Codec<MarketEvent> events =
        new Codec<>(
            "market event",
            Samples::event,
            MarketEventCodec::write,
            MarketEventCodec::read,
            event -> MarketEventCodec.MAX_BYTES);
    Codec<Order> orders =
        new Codec<>(
            "order", Samples::order, OrderCodec::write, OrderCodec::read, OrderCodec::maxBytes);
    Codec<Fill> fills =
        new Codec<>("fill", Samples::fill, FillCodec::write, FillCodec::read, FillCodec::maxBytes);
    return Stream.of(events, orders, fills)
        .flatMap(codec -> Samples.seeds().mapToObj(seed -> new Case<>(codec, seed)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  <T> void whatIsWrittenIsReadBack(Case<T> given) {
    Samples samples = new Samples(given.seed());
    for (int i = 0; i < TRIES; i++) {
      T value = given.codec().sample().apply(samples);
      assertThat(given.codec().decode(given.codec().encode(value))).isEqualTo(value);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  <T> void aPayloadThatIsCutAnywhereIsRefused(Case<T> given) {
    Samples samples = new Samples(given.seed());
    for (int i = 0; i < 10; i++) {
      byte[] whole = given.codec().encode(given.codec().sample().apply(samples));
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatExceptionOfType(TlvException.class)
            .as("cut at %d of %d", length, whole.length)
            .isThrownBy(() -> given.codec().decode(cut));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  <T> void damagedBytesAreReadAsAPossibleValueOrRefused(Case<T> given) {
    Samples samples = new Samples(given.seed());
    SplittableRandom random = samples.random();
    int refused = 0;
    for (int i = 0; i < TRIES * 10; i++) {
      byte[] bytes = given.codec().encode(given.codec().sample().apply(samples));
      for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        given.codec().decode(bytes);
      } catch (TlvException expected) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @ParameterizedTest
  @MethodSource("cases")
  <T> void noiseIsRefusedWithoutAnyOtherException(Case<T> given) {
    SplittableRandom random = new SplittableRandom(given.seed());
    for (int i = 0; i < TRIES * 10; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      assertThatExceptionOfType(TlvException.class).isThrownBy(() -> given.codec().decode(noise));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  <T> void aFieldThatIsThereTwiceIsRefused(Case<T> given) {
    T value = given.codec().sample().apply(new Samples(given.seed()));
    byte[] once = given.codec().encode(value);
    byte[] twice = Arrays.copyOf(once, once.length * 2);
    System.arraycopy(once, 0, twice, once.length, once.length);

    assertThatExceptionOfType(TlvException.class)
        .isThrownBy(() -> given.codec().decode(twice))
        .withMessageContaining("twice")
        .satisfies(e -> assertThat(e.offset()).isEqualTo(once.length));
  }

  @ParameterizedTest
  @MethodSource("cases")
  <T> void fieldsOfOthersAreSkipped(Case<T> given) {
    T value = given.codec().sample().apply(new Samples(given.seed()));
    ByteBuffer buffer = ByteBuffer.allocate(200_000);
    TlvWriter writer = new TlvWriter(buffer);
    writer.putString(60_000, "before");
    given.codec().write().accept(value, writer);
    writer.putBytes(60_001, new byte[70_000]);

    assertThat(given.codec().read().apply(new TlvReader(buffer.flip()))).isEqualTo(value);
  }

  @Test
  void anOrderAFillAndAnEventShareOnePayload() {
    Samples samples = new Samples(7);
    Order order = samples.order();
    Fill fill = samples.fill();
    MarketEvent event = samples.event();
    ByteBuffer buffer = ByteBuffer.allocate(10_000);
    TlvWriter writer = new TlvWriter(buffer);
    OrderCodec.write(order, writer);
    FillCodec.write(fill, writer);
    MarketEventCodec.write(event, writer);
    TlvReader reader = new TlvReader(buffer.flip());

    assertThat(MarketEventCodec.read(reader)).isEqualTo(event);
    assertThat(OrderCodec.read(reader)).isEqualTo(order);
    assertThat(FillCodec.read(reader)).isEqualTo(fill);
  }

  @Test
  void anImpossibleValueIsRefusedWithTheReason() {
    ByteBuffer buffer = ByteBuffer.allocate(1_000);
    TlvWriter writer = new TlvWriter(buffer);
    writer
        .putByte(Tags.EVENT_KIND, 2)
        .putInt(Tags.EVENT_INSTRUMENT, 0)
        .putLong(Tags.EVENT_TIME_NS, 1)
        .putLong(Tags.TRADE_ID, 1)
        .putLong(Tags.EVENT_PRICE_E8, -1)
        .putLong(Tags.EVENT_QUANTITY_E8, 1)
        .putByte(Tags.EVENT_SIDE, 1);

    assertThatExceptionOfType(TlvException.class)
        .isThrownBy(() -> MarketEventCodec.read(new TlvReader(buffer.flip())))
        .withMessageContaining("no possible event")
        .withMessageContaining("price=-0.00000001");
  }

  @Test
  void anUnknownEnumNumberIsRefused() {
    ByteBuffer buffer = ByteBuffer.allocate(1_000);
    new TlvWriter(buffer).putByte(Tags.EVENT_KIND, 5);

    assertThatExceptionOfType(TlvException.class)
        .isThrownBy(() -> MarketEventCodec.read(new TlvReader(buffer.flip())))
        .withMessageContaining("event_kind=5");
  }
}
