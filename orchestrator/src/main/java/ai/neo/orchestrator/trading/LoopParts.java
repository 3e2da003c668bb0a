package ai.neo.orchestrator.trading;

import ai.neo.featurestore.FeaturePipeline;
import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.portfolio.Portfolio;
import ai.neo.orchestrator.strategy.Strategy;
import ai.neo.riskrules.RiskLimits;
import ai.neo.tradingtypes.Instrument;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a loop is made of. Owned by one loop.
 *
 * @param instruments by id
 */
public record LoopParts(List<InstrumentState> instruments, RiskLimits limits, Portfolio portfolio) {
  /**
   * New, empty parts: nothing seen, nothing held.
   *
   * @param strategies makes the strategies of one instrument, each for it alone
   */
  public static LoopParts fresh(
      List<Instrument> instruments,
      FeatureSetDefinition features,
      Function<Instrument, List<Strategy>> strategies,
      RiskLimits limits,
      long initialCashE8) {
    List<InstrumentState> states = new ArrayList<>();
    for (Instrument instrument : instruments) {
      if (instrument.id() != states.size()) {
        throw new IllegalArgumentException(
            "instrument="
                + instrument.symbol()
                + " id="
                + instrument.id()
                + ", expected "
                + states.size());
      }
      states.add(
          new InstrumentState(
              instrument, FeaturePipeline.of(features), strategies.apply(instrument)));
    }
    return new LoopParts(
        List.copyOf(states), limits, new Portfolio(initialCashE8, instruments.size()));
  }
}
