/**
 * Recorded market data: the bundled sample and files of one's own, as one sequence in time order.
 */
package ai.neo.orchestrator.marketdata.recorded;
