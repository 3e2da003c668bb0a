/** Binance Spot: its messages, its order book procedure, and its live public data. */
package ai.neo.orchestrator.marketdata.binance;
