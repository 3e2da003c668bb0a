package ai.neo.orchestrator.strategy;

/** What a strategy wants of an instrument. */
public enum Action {
  SELL,
  HOLD,
  BUY
}
