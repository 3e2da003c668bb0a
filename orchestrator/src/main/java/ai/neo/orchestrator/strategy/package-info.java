/** What to trade, and why: pure functions of the market, a prediction and the position held. */
package ai.neo.orchestrator.strategy;
