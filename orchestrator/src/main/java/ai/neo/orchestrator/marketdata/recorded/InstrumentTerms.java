package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Instrument;

/**
 * What an instrument is before it has its index in a run. See {@link Instrument} for the parts.
 */
public record InstrumentTerms(
    String symbol, String venue, long tickSizeE8, long lotSizeE8, long minimumNotionalE8) {
  public InstrumentTerms {
    // The instrument's own checks are these terms' checks.
    new Instrument(0, symbol, venue, tickSizeE8, lotSizeE8, minimumNotionalE8).id();
  }

  Instrument at(int id) {
    return new Instrument(id, symbol, venue, tickSizeE8, lotSizeE8, minimumNotionalE8);
  }

  boolean isSameInstrument(InstrumentTerms other) {
    return symbol.equals(other.symbol) && venue.equals(other.venue);
  }
}
