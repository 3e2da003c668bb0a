package ai.neo.orchestrator.marketdata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import ai.neo.tradingtypes.E8;
import java.math.RoundingMode;

/**
 * Reads decimal numbers from bytes into units of 1e-8 without making an object.
 *
 * <p>Digits after the eighth decimal are rounded half-even: some recordings carry binary
 * floating-point noise there ({@code 1.2714400000000001}).
 */
public final class DecimalText {
  /** 18 digits fit a long whatever they are; longer numbers take the slow way. */
  private static final int SAFE_DIGITS = 18;

  private static final long[] POWERS_OF_TEN = {
    1L, 10L, 100L, 1_000L, 10_000L, 100_000L, 1_000_000L, 10_000_000L, 100_000_000L
  };

  private DecimalText() {}

  /**
   * The number in {@code text[from, to)}, in units of 1e-8. A sign and an exponent are understood.
   *
   * @throws NumberFormatException if it is no finite decimal number or does not fit
   */
  public static long parseE8(byte[] text, int from, int to) {
    int at = from;
    boolean negative = at < to && text[at] == '-';
    if (negative || (at < to && text[at] == '+')) {
      at++;
    }
    long value = 0;
    int digits = 0;
    while (at < to && isDigit(text[at])) {
      value = value * 10 + (text[at++] - '0');
      digits++;
    }
    int decimals = 0;
    int decimalsFrom = at;
    if (at < to && text[at] == '.') {
      at++;
      decimalsFrom = at;
      while (at < to && decimals < E8.SCALE && isDigit(text[at])) {
        value = value * 10 + (text[at++] - '0');
        decimals++;
      }
    }
    if (digits + E8.SCALE > SAFE_DIGITS || (at == decimalsFrom && digits == 0)) {
      return parseSlowly(text, from, to);
    }
    value *= POWERS_OF_TEN[E8.SCALE - decimals];
    if (at < to) {
      int round = roundingOf(text, at, to, (value & 1) != 0);
      if (round < 0) {
        return parseSlowly(text, from, to);
      }
      value += round;
    }
    return negative ? -value : value;
  }

  /** 0 or 1 to add for the digits that are left; -1 if something else than digits is left. */
  private static int roundingOf(byte[] text, int from, int to, boolean odd) {
    boolean beyondHalf = false;
    for (int at = from; at < to; at++) {
      if (!isDigit(text[at])) {
        return -1;
      }
      if (at > from && text[at] != '0') {
        beyondHalf = true;
      }
    }
    int first = text[from] - '0';
    if (first != 5) {
      return first > 5 ? 1 : 0;
    }
    return beyondHalf || odd ? 1 : 0;
  }

  private static long parseSlowly(byte[] text, int from, int to) {
    String number = new String(text, from, to - from, ISO_8859_1).trim();
    if (number.length() > 64) {
      throw new NumberFormatException("a number of " + number.length() + " characters");
    }
    int exponent = Math.max(number.indexOf('e'), number.indexOf('E'));
    if (exponent >= 0 && number.length() - exponent > 5) {
      throw new NumberFormatException("value=" + number + " has an exponent out of range");
    }
    try {
      return E8.parseRounded(number, RoundingMode.HALF_EVEN);
    } catch (NumberFormatException e) {
      if (e.getMessage() != null && e.getMessage().startsWith("value=")) {
        throw e;
      }
      NumberFormatException wrong =
          new NumberFormatException("value=\"" + number + "\" is no finite decimal number");
      wrong.initCause(e);
      throw wrong;
    }
  }

  /**
   * The whole number in {@code text[from, to)}; a fraction of zeros is allowed ({@code
   * 1618951320.0}).
   *
   * @throws NumberFormatException if it is no whole number or does not fit
   */
  public static long parseWhole(byte[] text, int from, int to) {
    int at = from;
    long value = 0;
    boolean negative = at < to && text[at] == '-';
    if (negative) {
      at++;
    }
    int first = at;
    while (at < to && isDigit(text[at])) {
      value = Math.addExact(Math.multiplyExact(value, 10L), (long) (text[at++] - '0'));
    }
    boolean some = at > first;
    if (at < to && text[at] == '.') {
      at++;
      while (at < to && text[at] == '0') {
        at++;
      }
    }
    if (!some || at < to) {
      throw new NumberFormatException(
          "value=\"" + new String(text, from, to - from, ISO_8859_1) + "\" is no whole number");
    }
    return negative ? -value : value;
  }

  private static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }
}
