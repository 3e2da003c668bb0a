package ai.neo.orchestrator.configuration;

import ai.neo.riskrules.Limit;
import ai.neo.riskrules.RiskLimits;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the text of a value has to look. */
sealed interface ValueKind {
  /** Completes "expected …". */
  String expected();

  /** Whether the text can be read. */
  boolean accepts(String text);

  /** Without the passwords that it may hold. */
  default String masked(String text) {
    return text;
  }

  /** A number without decimals, both ends included. */
  record WholeNumber(long least, long most) implements ValueKind {
    static final WholeNumber ANY = new WholeNumber(Long.MIN_VALUE, Long.MAX_VALUE);

    @Override
    public String expected() {
      return equals(ANY) ? "a whole number" : "a whole number from " + least + " to " + most;
    }

    @Override
    public boolean accepts(String text) {
      try {
        long number = Long.parseLong(text);
        return number >= least && number <= most;
      } catch (NumberFormatException e) {
        return false;
      }
    }
  }

  /** A TCP port. */
  record Port() implements ValueKind {
    private static final WholeNumber NUMBER = new WholeNumber(0, 65_535);

    @Override
    public String expected() {
      return "a port from 1 to 65535, or 0 for a free one";
    }

    @Override
    public boolean accepts(String text) {
      return NUMBER.accepts(text);
    }
  }

  /** A decimal number, both ends included. */
  record Decimal(BigDecimal least, BigDecimal most) implements ValueKind {
    static Decimal between(String least, String most) {
      return new Decimal(new BigDecimal(least), new BigDecimal(most));
    }

    @Override
    public String expected() {
      return "a number from " + least.toPlainString() + " to " + most.toPlainString();
    }

    @Override
    public boolean accepts(String text) {
      try {
        BigDecimal number = new BigDecimal(text);
        return number.compareTo(least) >= 0 && number.compareTo(most) <= 0;
      } catch (NumberFormatException e) {
        return false;
      }
    }
  }

  /** How fast recorded time passes. */
  record Speed() implements ValueKind {
    static final String MAX = "max";

    @Override
    public String expected() {
      return "recorded seconds per second, more than 0, or '" + MAX + "'";
    }

    @Override
    public boolean accepts(String text) {
      if (text.equals(MAX)) {
        return true;
      }
      try {
        double speed = Double.parseDouble(text);
        return speed > 0 && Double.isFinite(speed);
      } catch (NumberFormatException e) {
        return false;
      }
    }
  }

  /** A time zone. */
  record Zone() implements ValueKind {
    @Override
    public String expected() {
      return "a time zone, such as UTC, Europe/Zurich or +02:00";
    }

    @Override
    public boolean accepts(String text) {
      try {
        ZoneId _ = ZoneId.of(text);
        return true;
      } catch (DateTimeException e) {
        return false;
      }
    }
  }

  /** One of some words, in any case. */
  record Choice(List<String> words) implements ValueKind {
    public Choice {
      words = List.copyOf(words);
    }

    @Override
    public String expected() {
      return "one of " + String.join(", ", words);
    }

    @Override
    public boolean accepts(String text) {
      return words.contains(text.toLowerCase(Locale.ROOT));
    }
  }

  /** A length of time; 0 is none. */
  record Time() implements ValueKind {
    @Override
    public String expected() {
      return "a time such as 30d, 12h, 90m or 30s, or 0";
    }

    @Override
    public boolean accepts(String text) {
      return text.matches("0|[0-9]{1,5}d|[0-9]{1,6}[hms]");
    }
  }

  /** A length of time, or a number of whatever is counted. */
  record TimeOrNumber() implements ValueKind {
    @Override
    public String expected() {
      return "a time such as 30d, 12h or 90m, or a whole number above 0";
    }

    @Override
    public boolean accepts(String text) {
      return text.matches("0*[1-9][0-9]{0,11}") || text.matches("0*[1-9][0-9]{0,4}[dhms]");
    }
  }

  /** Options of a JVM. What they mean is known to it alone. */
  record JvmOptions() implements ValueKind {
    @Override
    public String expected() {
      return "options of a JVM with spaces between them, such as -Xmx2g";
    }

    @Override
    public boolean accepts(String text) {
      return text.matches("-[!-~]+( +-[!-~]+)*");
    }
  }

  /**
   * A number for each of some models.
   *
   * @param number what it is of, as its form names it
   * @param example one that is right
   */
  record NumberPerModel(String number, int example) implements ValueKind {
    @Override
    public String expected() {
      return "MODEL=%s, several with commas, such as direction=%d".formatted(number, example);
    }

    @Override
    public boolean accepts(String text) {
      return text.matches("[^=,\\s]+=[1-9][0-9]{0,4}(,[^=,\\s]+=[1-9][0-9]{0,4})*");
    }
  }

  /** A file; whether it is there shows when it is read. */
  record FilePath() implements ValueKind {
    @Override
    public String expected() {
      return "the path of a file";
    }

    @Override
    public boolean accepts(String text) {
      return !text.isBlank() && text.indexOf('\0') < 0;
    }
  }

  /** A bucket of S3 and where in it. */
  record BucketPlace() implements ValueKind {
    @Override
    public String expected() {
      return "s3://BUCKET or s3://BUCKET/PREFIX";
    }

    @Override
    public boolean accepts(String text) {
      return text.matches("s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()/-]*)?");
    }
  }

  /** A name or address of a machine. */
  record Host() implements ValueKind {
    @Override
    public String expected() {
      return "a host name or address, such as 127.0.0.1";
    }

    @Override
    public boolean accepts(String text) {
      return text.matches("[A-Za-z0-9.:_-]+");
    }
  }

  /** A machine and a port. */
  record HostAndPort() implements ValueKind {
    @Override
    public String expected() {
      return "HOST:PORT, such as 127.0.0.1:8001";
    }

    @Override
    public boolean accepts(String text) {
      return Endpoint.parse(text).isPresent();
    }
  }

  /** Named servers with commas between, each with the models that are meant, or for all. */
  record Servers() implements ValueKind {
    @Override
    public String expected() {
      return "NAME=HOST:PORT or NAME=HOST:PORT/MODEL, such as triton=127.0.0.1:8001, with commas"
          + " between several";
    }

    @Override
    public boolean accepts(String text) {
      return List.of(text.split(",", -1)).stream().allMatch(Servers::isOne);
    }

    private static boolean isOne(String text) {
      String one = text.strip();
      int models = one.indexOf('/');
      String server = models < 0 ? one : one.substring(0, models);
      int sign = server.indexOf('=');
      return server.substring(0, Math.max(0, sign)).matches("[A-Za-z0-9_.-]{1,64}")
          && Endpoint.parse(server.substring(sign + 1)).isPresent()
          && (models < 0 || one.substring(models).matches("(/[^/=\\s]+)+"));
    }
  }

  /** An address with a scheme and a host. */
  record Url(List<String> schemes) implements ValueKind {
    public Url {
      schemes = List.copyOf(schemes);
    }

    @Override
    public String expected() {
      return "an address that begins with " + String.join(":// or ", schemes) + "://";
    }

    @Override
    public boolean accepts(String text) {
      try {
        URI uri = new URI(text);
        return uri.getScheme() != null
            && schemes.contains(uri.getScheme())
            && uri.getHost() != null
            && !uri.getHost().isEmpty();
      } catch (URISyntaxException e) {
        return false;
      }
    }

    /** Also of a text that is no address: it may be one with a slip in it. */
    @Override
    public String masked(String text) {
      return text.replaceAll("(//[^/@:]*):.*@", "$1:***@")
          .replaceAll("(?i)([?&][^=&]*(?:password|secret|token)[^=&]*=)[^&]*", "$1***");
    }
  }

  /** A limit of the risk rules; they say themselves what they take. */
  record LimitValue(Limit limit) implements ValueKind {
    @Override
    public String expected() {
      return limit.optional()
          ? "a number that the limit allows, or off"
          : "a number that the limit allows";
    }

    @Override
    public boolean accepts(String text) {
      return complaint(text).isEmpty();
    }

    /** What the risk rules have against it. */
    Optional<String> complaint(String text) {
      if (limit.optional() && text.equals(Limit.OFF)) {
        return Optional.empty();
      }
      if (!text.matches("[-+]?[0-9][0-9_]*(\\.[0-9]+)?")) {
        return Optional.of("expected a number" + (limit.optional() ? " or " + Limit.OFF : ""));
      }
      try {
        RiskLimits _ = RiskLimits.fromYaml(limit.key() + ": " + text, "");
        return Optional.empty();
      } catch (IllegalArgumentException e) {
        String message = e.getMessage();
        int at = message.indexOf("expected");
        return Optional.of(at < 0 ? message : message.substring(at));
      }
    }
  }

  /** What is wrong with a text, as the rest of a sentence; empty if nothing is. */
  default Optional<String> problem(String text) {
    if (this instanceof LimitValue limit) {
      return limit.complaint(text);
    }
    return accepts(text) ? Optional.empty() : Optional.of("expected " + expected());
  }
}
