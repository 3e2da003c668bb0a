/** Connects, decides, trades, shows. {@link ai.neo.orchestrator.Orchestrator} wires it all. */
package ai.neo.orchestrator;
