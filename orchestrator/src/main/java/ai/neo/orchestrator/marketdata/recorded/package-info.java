/** Recorded market data from files. */
package ai.neo.orchestrator.marketdata.recorded;
