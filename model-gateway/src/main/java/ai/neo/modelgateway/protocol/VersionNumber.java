package ai.neo.modelgateway.protocol;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a version as Triton does: like C's strtol, so that "01", " 1" and "1abc" are 1. */
final class VersionNumber {

  private static final Pattern LEADING_INTEGER =
      Pattern.compile("\\s*([+-]?[0-9]+).*", Pattern.DOTALL);

  private VersionNumber() {}

  /** Returns the canonical number, or empty when none was asked for. */
  static String read(String asked) throws RefusedRequestException {
    if (asked.isEmpty()) {
      return "";
    }
    Matcher number = LEADING_INTEGER.matcher(asked);
    if (!number.matches()) {
      throw unreadable(asked);
    }
    long version;
    try {
      version = Long.parseLong(number.group(1));
    } catch (NumberFormatException e) {
      throw unreadable(asked);
    }
    if (version < 0) {
      throw RefusedRequestException.invalid(
          "invalid model version specified '"
              + asked
              + "' , version should be an integral value > 0");
    }
    return Long.toString(version);
  }

  private static RefusedRequestException unreadable(String asked) {
    return RefusedRequestException.invalid(
        "failed to get model version from specified version string '"
            + asked
            + "' (details: stol), version should be an integral value > 0");
  }
}
