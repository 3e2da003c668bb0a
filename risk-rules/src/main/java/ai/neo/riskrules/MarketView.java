package ai.neo.riskrules;

/**
 * The instrument's market as risk sees it.
 *
 * @param referencePriceE8 last known price; zero for none
 * @param lastDataNs when the last market event of the instrument happened
 * @param volatility standard deviation of log returns per bar
 */
public record MarketView(long referencePriceE8, long lastDataNs, double volatility) {}
