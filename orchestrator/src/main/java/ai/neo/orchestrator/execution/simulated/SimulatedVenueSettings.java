package ai.neo.orchestrator.execution.simulated;

/**
 * How the simulated venue treats orders.
 *
 * @param takerFeeBps of the notional, for orders that take
 * @param halfSpreadBps from mid to the price paid, where no order book is recorded
 * @param latencyNs each way, between us and the venue
 * @param latencyJitterNs up to this much more, drawn from the seed
 * @param participation the largest share of a bar's volume that one order gets, 0..1
 * @param seed of everything that is drawn
 */
public record SimulatedVenueSettings(
    double takerFeeBps,
    double halfSpreadBps,
    long latencyNs,
    long latencyJitterNs,
    double participation,
    long seed) {
  public SimulatedVenueSettings {
    if (!(takerFeeBps >= 0 && takerFeeBps < 10_000)) {
      throw new IllegalArgumentException("taker_fee_bps=" + takerFeeBps + ", expected 0..10000");
    }
    if (!(halfSpreadBps >= 0 && halfSpreadBps < 10_000)) {
      throw new IllegalArgumentException(
          "half_spread_bps=" + halfSpreadBps + ", expected 0..10000");
    }
    if (latencyNs < 0 || latencyJitterNs < 0) {
      throw new IllegalArgumentException(
          "latency_ns="
              + latencyNs
              + " latency_jitter_ns="
              + latencyJitterNs
              + ", expected 0 or more");
    }
    if (!(participation > 0 && participation <= 1)) {
      throw new IllegalArgumentException(
          "participation=" + participation + ", expected more than 0 and at most 1");
    }
  }
}
