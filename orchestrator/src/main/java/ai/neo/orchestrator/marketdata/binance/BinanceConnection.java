package ai.neo.orchestrator.marketdata.binance;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;

/**
 * Where Binance is and how patiently it is asked.
 *
 * @param rest base of the REST API, e.g. {@code https://data-api.binance.vision}
 * @param streams base of the streams, e.g. {@code wss://data-stream.binance.vision}
 * @param longestLife a connection is replaced by then; the venue closes it after 24 h
 * @param longestSilence without a frame for so long the connection is taken for dead; the venue
 *     pings every 20 s
 * @param firstRetry pause before the second try; doubles with each further one
 * @param longestRetry the pause never gets longer
 */
public record BinanceConnection(
    URI rest,
    URI streams,
    Duration longestLife,
    Duration longestSilence,
    Duration firstRetry,
    Duration longestRetry) {
  public BinanceConnection {
    Objects.requireNonNull(rest, "rest");
    Objects.requireNonNull(streams, "streams");
    if (!longestLife.isPositive()
        || !longestSilence.isPositive()
        || !firstRetry.isPositive()
        || longestRetry.compareTo(firstRetry) < 0) {
      throw new IllegalArgumentException(
          "longest_life="
              + longestLife
              + " longest_silence="
              + longestSilence
              + " first_retry="
              + firstRetry
              + " longest_retry="
              + longestRetry
              + ", expected positive lengths, longest_retry not below first_retry");
    }
  }

  /** Hosts that are asked as patiently as the public ones have to be. */
  public static BinanceConnection at(URI rest, URI streams) {
    return new BinanceConnection(
        withoutSlash(rest),
        withoutSlash(streams),
        Duration.ofHours(23),
        Duration.ofSeconds(60),
        // At one try a second and doubling, 300 connections in 5 minutes, the venue's limit, are
        // out of reach.
        Duration.ofSeconds(1),
        Duration.ofMinutes(1));
  }

  private static URI withoutSlash(URI base) {
    String text = base.toString();
    return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : base;
  }
}
