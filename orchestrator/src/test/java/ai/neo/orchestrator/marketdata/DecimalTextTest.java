package ai.neo.orchestrator.marketdata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.tradingtypes.E8;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTextTest {
  @ParameterizedTest
  @CsvSource({
    "46319.01, 4631901000000",
    "1.2714400000000001, 127144000",
    "0.000000005, 0",
    "0.000000015, 2",
    "0.0000000150000000001, 2",
    "0.0000000050000000001, 1",
    "-0.000000015, -2",
    "-3.5, -350000000",
    "+2, 200000000",
    "5., 500000000",
    ".5, 50000000",
    "1e-05, 1000",
    "2.5E3, 250000000000",
    "92233720368.54775807, 9223372036854775807",
    "0, 0"
  })
  void readsNumbersIntoUnitsOfOneHundredMillionth(String text, long expected) {
    assertThat(parse(text)).isEqualTo(expected);
  }

  @Test
  void agreesWithBigDecimalOnAnyNumber() {
    Random random = new Random(7);
    for (int round = 0; round < 50_000; round++) {
      String text =
          BigDecimal.valueOf(random.nextLong() >> random.nextInt(64), random.nextInt(19))
              .toPlainString();
      if (text.length() < 28) {
        try {
          long expected = E8.parseRounded(text, RoundingMode.HALF_EVEN);
          assertThat(parse(text)).as(text).isEqualTo(expected);
        } catch (NumberFormatException e) {
          assertThatThrownBy(() -> parse(text)).isInstanceOf(NumberFormatException.class);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        ".",
        "NaN",
        "inf",
        "Infinity",
        "1.2.3",
        "1,5",
        "abc",
        "12x",
        "92233720368.54775808",
        "1e99999999",
        "0x10"
      })
  void refusesWhatIsNoFiniteNumberThatFits(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(NumberFormatException.class);
  }

  private static long parse(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return DecimalText.parseE8(bytes, 0, bytes.length);
  }
}
