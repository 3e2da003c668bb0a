/** A venue that fills from recorded or live market data, seeded and exact. */
package ai.neo.orchestrator.execution.simulated;
